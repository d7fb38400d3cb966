import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What is kept of an older form of these folders is not taken for one of today's. */
const FORM = 'votestream-stage-1'
const EXECUTABLE = 0o111
const KEY_LENGTH = 32

/** Names what a stage holds by all that it is made of: its parent, its steps, and the files that it copies. */
export function stageKey(stage, { context, files, keyOf }) {
  const hash = createHash('sha256').update(
    `${FORM}\n${stage.parent ? keyOf(stage.parent) : stage.image.reference}\n`,
  )
  for (const step of stage.steps) {
    hash.update(`${JSON.stringify(step)}\n`)
    if (step.kind !== 'copy') continue
    if (step.from !== undefined) hash.update(`${keyOf(step.from)}\n`)
    else for (const path of copiedFiles(step, files)) hashFile(hash, context, path)
  }
  return hash.digest('hex').slice(0, KEY_LENGTH)
}

/** The files of the context that a step copies: each source is a file or a folder. */
export function copiedFiles({ sources }, files) {
  return sources.flatMap((source) => filesBelow(source, files))
}

/** A source itself, or all below it. */
export function filesBelow(source, files) {
  return files.filter((path) => path === source || path.startsWith(`${source}/`))
}

function hashFile(hash, context, path) {
  const content = readFileSync(join(context, path))
  const { mode } = statSync(join(context, path))
  hash.update(`${path} ${mode & EXECUTABLE} ${content.length}\n`).update(content)
}
