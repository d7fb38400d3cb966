import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ExpectedFailure } from '../../expected-failure.js'
import { endProcesses, signalProcess, waitUntilGone } from '../../processes/end-processes.js'
import { identify, isAlive, type ProcessId } from '../../processes/process-id.js'
import { replaceFile } from '../../state/files.js'

/** Who runs an engine in a folder: whoever asked for it, the guard, and the server itself. */
export interface EngineRecord {
  readonly starter: ProcessId
  readonly guard: ProcessId
  readonly server: ProcessId
}

const ROLES = ['starter', 'guard', 'server'] as const
/** A clean stop takes half a second; a killed server only has more to recover at its start. */
const STOP_GRACE_MS = 10_000
/** The kernel takes a while to give back a JVM's memory on a busy machine. */
const DYING_MS = 1000

const pathIn = (folder: string): string => join(folder, 'engine.json')

/** Notes that the server with this process id runs in the folder, under this very process as its guard. */
export function noteEngine(folder: string, serverPid: number): void {
  const [starter, guard, server] = [process.ppid, process.pid, serverPid].map((pid) => identify(pid))
  if (starter === undefined || guard === undefined || server === undefined) return // one is gone: so are we in a moment
  const record: EngineRecord = { starter, guard, server }
  replaceFile(pathIn(folder), `${JSON.stringify(record, null, 2)}\n`)
}

/** Takes back what noteEngine() wrote, unless another guard has taken over. */
export function forgetEngine(folder: string): void {
  if (readEngineRecord(folder)?.guard.pid === process.pid) rmSync(pathIn(folder), { force: true })
}

/** Reads who runs an engine in the folder; undefined when there is no record, or none that makes sense. */
export function readEngineRecord(folder: string): EngineRecord | undefined {
  try {
    const found = JSON.parse(readFileSync(pathIn(folder), 'utf8')) as Partial<EngineRecord> | null
    return ROLES.every((role) => isProcessId(found?.[role])) ? (found as EngineRecord) : undefined
  } catch {
    return undefined
  }
}

// By hand: a guard needs no more than this, and zod would take a third of its memory.
const isProcessId = (value: ProcessId | undefined): boolean =>
  Number.isSafeInteger(value?.pid) && typeof value?.startedAt === 'string'

/**
 * Ends what a killed run left in the folder and resolves to the server's process id, if there was one. Throws when the
 * engine is no leftover: its guard and whoever asked for it are alive.
 */
export async function endLeftoverEngine(folder: string): Promise<number | undefined> {
  const found = readEngineRecord(folder)
  if (found === undefined || !isAlive(found.server)) return undefined
  if (isAlive(found.guard) && isAlive(found.starter)) {
    // One that was killed this very moment is no obstacle.
    if ((await waitUntilGone([found.server], DYING_MS)).length === 0) return undefined
    throw new ExpectedFailure(`process ${found.starter.pid} already runs an engine in ${folder}`)
  }
  // The guard first: it would report the server's end, and may be stopping it already.
  await endProcesses([found.guard], 'SIGTERM', STOP_GRACE_MS)
  signalProcess(found.server, 'SIGTERM')
  // A frozen one hears of it only now.
  const left = await endProcesses([found.server], 'SIGCONT', STOP_GRACE_MS)
  if (left.length > 0) throw new ExpectedFailure(`process ${found.server.pid} in ${folder} cannot be ended`)
  return found.server.pid
}
