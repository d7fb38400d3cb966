/** Reads charts/votestream/values.yaml as its authors write it: block maps, and for every value one line after its `# --` line. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const chartFolder = fileURLToPath(new URL('../charts/votestream/', import.meta.url))

const LINE = /^( *)([A-Za-z0-9]+):(?: (.+))?$/
const INDENT = 2

/** Every value: its path, its comment, and its default as it stands in the file. Throws for a value without a comment. */
export const readValues = (text = readFileSync(`${chartFolder}values.yaml`, 'utf8')) => {
  const lines = text.split('\n')
  const values = []
  const path = []
  let comment
  lines.forEach((line, index) => {
    if (line.trim().startsWith('# --')) comment = line.trim().slice('# --'.length).trim()
    const match = LINE.exec(line)
    if (match === null) return
    const [, indent, key, inline] = match
    path.splice(indent.length / INDENT, Infinity, key)
    if (inline === undefined) return // a map, whose values follow
    if (comment === undefined)
      throw new Error(`values.yaml:${index + 1}: ${path.join('.')} has no "# --" line`)
    values.push({ path: [...path], comment, default: inline })
    comment = undefined
  })
  return values
}

/** The type of a default: what README.md calls it, and what a wrong value must not be. */
export const typeOf = (text) => {
  if (text.startsWith('{')) return 'map'
  if (text.startsWith('[')) return 'list'
  if (text === 'true' || text === 'false') return 'boolean'
  return /^-?\d+$/.test(text) ? 'integer' : 'string'
}
