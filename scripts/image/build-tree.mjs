import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expectedError } from '../run.mjs'
import { dropOld, isKept } from './cache.mjs'
import { contextFiles } from './context.mjs'
import { parseDockerfile } from './dockerfile.mjs'
import { runStage } from './run-stage.mjs'
import { stageKey } from './stage-key.mjs'

/**
 * Makes the file trees of a Dockerfile's targets without a Docker engine. A stage whose content was made before is taken
 * from `cache`. Resolves each target to its stage, with the folder that stands for the root of its image.
 */
export function buildTrees({
  context,
  file = join(context, 'Dockerfile'),
  targets,
  cache,
  buildArguments,
  tell,
}) {
  const stages = parseDockerfile(readFileSync(file, 'utf8'), buildArguments)
  const byName = new Map(stages.map((stage) => [stage.name, stage]))
  for (const name of targets)
    if (!byName.has(name))
      throw expectedError(`${file} has no target ${name}: it has ${[...byName.keys()].join(', ')}`)
  const files = contextFiles(context)
  const made = new Map()
  const make = (name) => {
    if (made.has(name)) return
    const stage = byName.get(name)
    for (const needed of neededBy(stage)) make(needed)
    const key = stageKey(stage, { context, files, keyOf: (other) => made.get(other).key })
    const folder = join(cache, key)
    made.set(name, { ...stage, key, folder })
    const folderOf = (other) => made.get(other).folder
    if (!isKept(folder)) makeStage(stage, { folder, context, files, folderOf, tell })
  }
  for (const name of targets) make(name)
  dropOld(cache)
  return targets.map((name) => made.get(name))
}

function neededBy({ parent, steps }) {
  return [parent, ...steps.map(({ from }) => from)].filter((name) => name !== undefined)
}

/** The name is given when all is done: a run that was interrupted leaves nothing that looks complete. */
function makeStage(stage, { folder, context, files, folderOf, tell }) {
  const startedAt = Date.now()
  const draft = `${folder}.${process.pid}`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true })
  try {
    if (stage.parent) cpSync(folderOf(stage.parent), draft, { recursive: true, verbatimSymlinks: true })
    runStage(stage, { folder: draft, context, files, folderOf })
    // Another run may have been faster with the same.
    if (!existsSync(folder)) renameSync(draft, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  tell(`stage ${stage.name}: ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
}
