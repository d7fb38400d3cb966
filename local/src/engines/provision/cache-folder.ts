import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { ExpectedFailure } from '../../expected-failure.js'
import { identify } from '../../processes/process-id.js'
import { syncFolder } from '../../state/files.js'

/** Where downloaded engines are kept, for all clones of this user (XDG Base Directory Specification). */
export function cacheRoot(env: NodeJS.ProcessEnv): string {
  const chosen = env.XDG_CACHE_HOME ?? ''
  // The specification: a relative path is to be ignored.
  return join(isAbsolute(chosen) ? chosen : join(env.HOME ?? homedir(), '.cache'), 'votestream')
}

const DRAFT = '.draft-'

/**
 * Makes sure of a folder that is made once: under another name, renamed when it is whole. Of several that make it at
 * the same time one wins and the others use its; what a killed one left is removed.
 */
export async function ensureMade(folder: string, make: (draft: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return
  const draft = makeDraft(folder)
  try {
    await make(draft)
    syncTree(draft)
    renameUnlessThere(draft, folder)
    syncFolder(dirname(folder))
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function makeDraft(folder: string): string {
  try {
    mkdirSync(dirname(folder), { recursive: true })
    removeDeadDrafts(folder)
    return mkdtempSync(`${folder}${DRAFT}${process.pid}-`)
  } catch (error) {
    const why = `cannot use the cache folder ${dirname(folder)}: ${(error as Error).message}. XDG_CACHE_HOME chooses another.`
    throw new ExpectedFailure(why, 1, { cause: error })
  }
}

function removeDeadDrafts(folder: string): void {
  const prefix = `${basename(folder)}${DRAFT}`
  for (const name of readdirSync(dirname(folder))) {
    const dead =
      name.startsWith(prefix) && identify(Number.parseInt(name.slice(prefix.length), 10)) === undefined
    if (dead) rmSync(join(dirname(folder), name), { recursive: true, force: true })
  }
}

function renameUnlessThere(draft: string, folder: string): void {
  try {
    renameSync(draft, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

/** After a power cut the finished name must not lead to empty files: nothing ever looks at them again. */
function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) syncTree(path)
    if (entry.isFile()) syncFile(path)
  }
  syncFolder(folder)
}

function syncFile(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
