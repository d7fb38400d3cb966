import type { ChildProcess } from 'node:child_process'
import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** A probe costs its service under a millisecond; waiting much longer between two would be noticed at the start. */
const POLL_MS = 50
const PROBE_TIMEOUT_MS = 2000

/** What a service tells once it serves; the database's guard adds the server's own process. */
interface ServingMessage {
  readonly type: 'serving'
  readonly pid?: number
}

/**
 * Resolves when a process has told that it serves and its `readyUrl`, where it has one, answers 200. Rejects when
 * `signal` aborts. `onPid` hears of a further process that it told of.
 */
export async function untilReady(
  child: ChildProcess,
  readyUrl: string | undefined,
  signal: AbortSignal,
  onPid: (pid: number) => void,
): Promise<void> {
  const { pid } = await serving(child, signal)
  if (pid !== undefined) onPid(pid)
  if (readyUrl !== undefined) await untilOk(readyUrl, signal)
}

/** Resolves when `url` answers 200; rejects when `signal` aborts. */
export async function untilOk(url: string, signal: AbortSignal): Promise<void> {
  while (!(await answersOk(url))) await sleep(POLL_MS, undefined, { signal })
}

function serving(child: ChildProcess, signal: AbortSignal): Promise<ServingMessage> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('it ended')), { once: true })
    child.on('message', (message) => {
      if (isServing(message)) resolve(message)
    })
  })
}

const isServing = (message: unknown): message is ServingMessage =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'serving'

function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: PROBE_TIMEOUT_MS, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('error', () => resolve(false))
    request.on('timeout', () => request.destroy())
  })
}
