import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, type ProcessId } from './process-id.js'

/** Looking at a process costs some microseconds; a stop should not wait noticeably for the next look. */
const POLL_MS = 20

/** Sends a signal to exactly this process, and to its group when it leads one; a process that is gone is none. */
export function signalProcess(id: ProcessId, signal: NodeJS.Signals): void {
  if (!isAlive(id)) return
  for (const target of [-id.pid, id.pid]) {
    try {
      process.kill(target, signal)
      return
    } catch {
      // Not the leader of a group, or gone since the look.
    }
  }
}

/** Resolves when all of them are gone, to those that are not after `timeoutMs`. */
export async function waitUntilGone(ids: readonly ProcessId[], timeoutMs: number): Promise<ProcessId[]> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const left = ids.filter((id) => isAlive(id))
    if (left.length === 0 || performance.now() >= deadline) return left
    await sleep(POLL_MS)
  }
}

/** Asks processes to end, and kills those that did not within `graceMs`. Resolves to those that survived even that. */
export async function endProcesses(
  ids: readonly ProcessId[],
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<ProcessId[]> {
  for (const id of ids) {
    signalProcess(id, signal)
    signalProcess(id, 'SIGCONT') // a frozen one hears of it only now
  }
  const stubborn = await waitUntilGone(ids, graceMs)
  for (const id of stubborn) signalProcess(id, 'SIGKILL')
  return waitUntilGone(stubborn, KILL_WAIT_MS)
}

/** The kernel removes a killed process at once unless it is stuck in a disk. */
const KILL_WAIT_MS = 2000
