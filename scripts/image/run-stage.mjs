import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, lstatSync, mkdirSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import { expectedError } from '../run.mjs'
import { filesBelow } from './stage-key.mjs'

/** What `npm run` tells its scripts about this checkout would lead an npm in the stage astray. */
const NOT_INHERITED =
  /^(npm_(package|lifecycle)_|npm_config_(local_prefix|workspaces?|include_workspace_root|omit|include)$|INIT_CWD$|NODE_ENV$|NODE_OPTIONS$)/

/** The lock file tells what a package's content is: one that npm has at hand need not be asked for. */
const FOR_NPM = { npm_config_prefer_offline: 'true' }

/**
 * Carries out the steps of a stage on a folder that stands for the root of its image. A command runs on this machine, in
 * the stage's working folder: paths that it names from the root would be this machine's.
 */
export function runStage(stage, { folder, context, files, folderOf }) {
  for (const step of stage.steps) {
    if (step.kind === 'folder') mkdirSync(join(folder, step.path), { recursive: true })
    else if (step.kind === 'run') runCommand(step, folder, stage.name)
    else for (const source of step.sources) copy(source, step, { folder, context, files, folderOf, stage })
  }
}

function runCommand({ command, workdir, env }, folder, name) {
  const inherited = Object.entries(process.env).filter(([key]) => !NOT_INHERITED.test(key))
  const { status, stdout, stderr, error } = spawnSync('/bin/sh', ['-c', command], {
    cwd: join(folder, workdir),
    env: { ...Object.fromEntries(inherited), ...FOR_NPM, ...env },
    encoding: 'utf8',
  })
  if (status !== 0)
    throw expectedError(
      `stage ${name}: ${command}\nfailed with ${error?.message ?? status}:\n${stdout}${stderr}`,
    )
}

function copy(source, step, { folder, context, files, folderOf, stage }) {
  const fail = (why) => expectedError(`stage ${stage.name}: COPY ${source} ${step.destination}: ${why}`)
  const fromContext = step.from === undefined
  const origin = fromContext ? join(context, source) : join(folderOf(step.from), source)
  const taken = fromContext ? filesBelow(source, files) : undefined
  if (!existsSync(origin)) throw fail('there is no such file or folder')
  if (taken?.length === 0) throw fail('.dockerignore leaves nothing of it')
  const target = join(folder, posix.resolve(step.workdir, step.destination))
  if (lstatSync(origin).isDirectory()) copyFolder(source, origin, target, taken)
  else copyFile(origin, step.destination.endsWith('/') ? join(target, basename(source)) : target, fail)
}

/** The folder's content, as in Docker, not the folder itself. */
function copyFolder(source, origin, target, taken) {
  if (taken)
    for (const path of taken)
      copyFile(join(origin, path.slice(source.length)), join(target, path.slice(source.length)))
  else cpSync(origin, target, { recursive: true, verbatimSymlinks: true })
}

function copyFile(origin, target, fail) {
  if (lstatSync(target, { throwIfNoEntry: false })?.isDirectory())
    throw fail('it is a folder already: end it with / to put the file there')
  mkdirSync(dirname(target), { recursive: true })
  cpSync(origin, target, { verbatimSymlinks: true })
}
