import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from '../paths.mjs'
import { expectedError } from '../run.mjs'

const folder = join(root, 'mutants')

/** Who may catch a bug: programs that this knows how to run. */
export const CATCHERS = ['simulator', 'schedules', 'redis', 'chaos']

/** Every planted bug: what it does in words, which promise it breaks, who catches it, and which files it changes. */
export function readPatches() {
  const names = readdirSync(folder).filter((name) => name.endsWith('.patch'))
  return names.sort().map((name) => readPatch(join(folder, name)))
}

function readPatch(path) {
  const text = readFileSync(path, 'utf8')
  const name = basename(path, '.patch')
  const [title] = text.split('\n', 1)
  const field = (key) => new RegExp(`^${key}: (.+)$`, 'm').exec(text)?.[1]
  const caughtBy = field('Caught-by')
  const files = [...text.matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, file]) => file)
  if (!CATCHERS.includes(caughtBy) || field('Breaks') === undefined || files.length === 0)
    throw expectedError(`${path}: needs "Breaks:", "Caught-by: ${CATCHERS.join(' | ')}" and a diff`)
  return { name, path, title, breaks: field('Breaks'), caughtBy, seeds: Number(field('Seeds') ?? 0), files }
}
