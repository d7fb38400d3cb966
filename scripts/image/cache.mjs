import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What nobody used for so long is not missed: it is made again. */
const KEEP_MS = 24 * 60 * 60 * 1000

/** A folder for what may be made again, made if need be. */
export function cacheFolder(...names) {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const folder = join(base, 'votestream', ...names)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Whether something is there already; being used again it counts as new. */
export function isKept(path) {
  if (!existsSync(path)) return false
  utimesSync(path, new Date(), new Date())
  return true
}

/** Removes from a folder what nobody used for long: not what another run uses just now. */
export function dropOld(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() }
    if (Date.now() - mtimeMs > KEEP_MS) rmSync(path, { recursive: true, force: true })
  }
}
