import { readFileSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { endProcesses } from '../processes/end-processes.js'
import { commandLine, hasEntry, identify, type ProcessId } from '../processes/process-id.js'

/** A fast shutdown writes what is in memory to the disk once; a killed server only has more to recover at its start. */
const STOP_GRACE_MS = 15_000

/** A killed server's sessions notice within milliseconds. */
const SESSIONS_GRACE_MS = 3000
const POLL_MS = 20

/**
 * Ends the server that a killed run left on this data, and resolves to its process id, if there was one. What would
 * only seem to be a running server to the new one is cleared away: the entry of a dead process that nobody has
 * collected yet, or a stranger with the same process id.
 */
export async function endLeftoverServer(dataFolder: string): Promise<number | undefined> {
  const lockFile = join(dataFolder, 'postmaster.pid')
  const pid = pidIn(lockFile)
  if (pid === undefined || !hasEntry(pid)) return undefined // the new server checks such a file and removes it itself
  const found = identify(pid)
  const ours = found !== undefined && servesFolder(found, dataFolder)
  if (ours) await endProcesses([found], 'SIGINT', STOP_GRACE_MS)
  if (await isDeserted(dataFolder)) rmSync(lockFile, { force: true })
  return ours ? pid : undefined
}

/** Resolves to true once no process works in the folder: two servers on the same data would destroy it. */
async function isDeserted(folder: string): Promise<boolean> {
  const deadline = performance.now() + SESSIONS_GRACE_MS
  while (processesIn(folder).length > 0) {
    if (performance.now() >= deadline) return false
    await sleep(POLL_MS)
  }
  return true
}

/** A server works inside its data folder, also after the folder was moved; its command line names the folder as well. */
function servesFolder({ pid }: ProcessId, dataFolder: string): boolean {
  const line = commandLine(pid)
  return (
    line.includes('postgres') &&
    (workingFolder(pid) === realpathSync(dataFolder) || line.includes(dataFolder))
  )
}

/** The processes that work inside a folder; elsewhere than on Linux nobody tells, and PostgreSQL's shared memory is the guard. */
function processesIn(folder: string): number[] {
  if (process.platform !== 'linux') return []
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
  const real = realpathSync(folder)
  return pids.filter((pid) => workingFolder(pid) === real)
}

function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}

function pidIn(lockFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(lockFile, 'utf8').split('\n')[0])
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}
