import { closeSync, openSync, writeSync } from 'node:fs'

const BLOCK = 512
const NAME_LENGTH = 100
const PREFIX_LENGTH = 155
/** Two empty blocks end an archive. */
const END = Buffer.alloc(2 * BLOCK)

const ROOT = '0:0'

/** The letters that tar has for them. */
const TYPES = { file: '0', link: '2', folder: '5', longName: 'L', longTarget: 'K' }

/**
 * Writes a tar archive (ustar, with GNU's long names), entry by entry. Everything has no date, and is root's where
 * nothing else is said, so that the same files make the same archive; `watch` sees every byte that is written.
 */
export function tarWriter(path, watch = () => undefined) {
  const file = openSync(path, 'w')
  const write = (bytes) => {
    watch(bytes)
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
  }
  const entry = (name, type, { mode, owner = ROOT, content = Buffer.alloc(0), target = '' }) => {
    if (Buffer.byteLength(target) > NAME_LENGTH) longEntry('longTarget', target)
    let parts = splitName(name)
    if (!parts) {
      longEntry('longName', name)
      parts = { name: cut(name), prefix: '' }
    }
    write(header({ ...parts, type: TYPES[type], mode, owner, size: content.length, target: cut(target) }))
    write(content)
    write(Buffer.alloc(padding(content.length)))
  }
  const longEntry = (type, text) =>
    entry('././@LongLink', type, { mode: 0o644, content: Buffer.from(`${text}\0`) })
  return {
    folder: (name, { mode = 0o755, owner } = {}) => entry(`${name}/`, 'folder', { mode, owner }),
    file: (name, content, { mode = 0o644, owner } = {}) =>
      entry(name, 'file', { mode, owner, content: Buffer.from(content) }),
    link: (name, target, { owner } = {}) => entry(name, 'link', { mode: 0o777, owner, target }),
    end() {
      write(END)
      closeSync(file)
    },
  }
}

const padding = (size) => (BLOCK - (size % BLOCK)) % BLOCK
const cut = (text) => Buffer.from(text).subarray(0, NAME_LENGTH).toString('latin1')

/** A name of up to 100 bytes, or cut at a slash with up to 155 before it. */
function splitName(name) {
  if (Buffer.byteLength(name) <= NAME_LENGTH) return { name, prefix: '' }
  for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
    const parts = { prefix: name.slice(0, at), name: name.slice(at + 1) }
    if (Buffer.byteLength(parts.prefix) > PREFIX_LENGTH) return undefined
    if (parts.name !== '' && Buffer.byteLength(parts.name) <= NAME_LENGTH) return parts
  }
  return undefined
}

function header({ name, prefix, type, mode, owner, size, target }) {
  const [user, group] = owner.split(':').map(Number)
  const block = Buffer.alloc(BLOCK)
  const octal = (value, width) => `${value.toString(8).padStart(width - 1, '0')}\0`
  block.write(name, 0, 'utf8')
  block.write(octal(mode, 8), 100)
  block.write(octal(user, 8), 108)
  block.write(octal(group, 8), 116)
  block.write(octal(size, 12), 124)
  block.write(octal(0, 12), 136)
  block.write(' '.repeat(8), 148)
  block.write(type, 156)
  block.write(target, 157, 'utf8')
  block.write('ustar\x0000', 257)
  block.write(prefix, 345, 'utf8')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}
