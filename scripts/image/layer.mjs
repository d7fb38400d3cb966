import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { isKept } from './cache.mjs'
import { tarWriter } from './tar.mjs'

const EXECUTABLE = 0o111

/**
 * Writes a layer of an image once: `fill` gets the writer of its archive. Resolves to the file, whose name is its
 * digest's beginning, and the digest.
 */
export function makeLayer(cache, key, fill) {
  const path = join(cache, `${key}.tar`)
  if (!isKept(path)) {
    const draft = `${path}.${process.pid}`
    const tar = tarWriter(draft)
    fill(tar)
    tar.end()
    renameSync(draft, path)
  }
  const content = readFileSync(path)
  return { content, digest: createHash('sha256').update(content).digest('hex') }
}

/** Adds all that lies below a folder, in order of name. Who may run a file may read it: an image has one user. */
export function addTree(tar, folder, owned, below = '') {
  const entries = readdirSync(join(folder, below), { withFileTypes: true })
  for (const { name } of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = below === '' ? name : `${below}/${name}`
    const full = join(folder, path)
    const stat = lstatSync(full)
    const owner = ownerOf(`/${path}`, owned)
    if (stat.isSymbolicLink()) tar.link(path, readlinkSync(full), { owner })
    else if (stat.isDirectory()) {
      tar.folder(path, { owner })
      addTree(tar, folder, owned, path)
    } else tar.file(path, readFileSync(full), { owner, mode: stat.mode & EXECUTABLE ? 0o755 : 0o644 })
  }
}

/** Whose a path is: what was copied last there with an owner says it. */
function ownerOf(path, owned) {
  return owned.findLast(({ path: above }) => path === above || path.startsWith(`${above}/`))?.owner
}
