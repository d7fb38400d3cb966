import { fork, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { identify, type ProcessId } from './process-id.js'

export interface LaunchSpec {
  /** A Node script; it gets an IPC channel. */
  readonly script: string
  readonly args?: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

export interface Ending {
  readonly code: number | null
  /** The signal or the exit code, in words. */
  readonly how: string
  readonly livedMs: number
}

export interface Launched {
  readonly child: ChildProcess
  /** Undefined when the process could not be started at all. */
  readonly id: ProcessId | undefined
  /** Aborts when the process has ended. */
  readonly ended: AbortSignal
  /** Resolves when the process has ended and its last words have been read. */
  readonly ending: Promise<Ending>
}

/** The output may come a moment after the end; a grandchild may hold it open for ever. */
const LAST_WORDS_MS = 200

/** Starts a Node script and hands out its output by lines. */
export function launch({ script, args = [], env }: LaunchSpec, onLine: (line: string) => void): Launched {
  const startedAt = performance.now()
  // detached: a group of its own, so that Ctrl-C reaches the launcher alone and the order of the stop is ours.
  // execArgv: flags that we ourselves run under (a debugger's port, say) are not theirs.
  const child = fork(script, args, {
    env,
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', onLine)
  }
  const ended = new AbortController()
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const ending = new Promise<Ending>((resolve) => {
    const end = (code: number | null, how: string): void => {
      ended.abort()
      const result = { code, how, livedMs: performance.now() - startedAt }
      void Promise.race([closed, pause(LAST_WORDS_MS)]).then(() => resolve(result))
    }
    child.on('error', (error) => {
      if (child.pid === undefined) end(null, error.message) // otherwise only a message could not be sent
    })
    child.once('exit', (code, signal) => end(code, signal ?? `exit code ${code ?? 'unknown'}`))
  })
  const id = child.pid === undefined ? undefined : identify(child.pid)
  return { child, id, ended: ended.signal, ending }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
