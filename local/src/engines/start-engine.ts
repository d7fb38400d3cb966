import { ExpectedFailure } from '../expected-failure.js'
import { endProcesses, signalProcess } from '../processes/end-processes.js'
import { launch, type Launched } from '../processes/launch.js'
import { identify, type ProcessId } from '../processes/process-id.js'
import type { ProcessSpec } from '../processes/supervised-process.js'
import { untilReady } from '../processes/until-ready.js'
import { within } from '../within.js'

/** An engine that serves, until it is stopped, it is killed, or we die. */
export interface RunningEngine {
  /** The server's own process. */
  readonly pid: number
  /** Resolves, to how, when the server has ended and everything about it is cleaned up. */
  readonly ended: Promise<string>
  /** Ends it in order, by force where it does not end; resolves when it is gone. */
  stop(): Promise<void>
  /** Kills the server, as a crash would. Its data stays. */
  kill9(): void
}

export interface StartEngineOptions {
  readonly limitMs: number
  /** Hears the engine's output: JSON log lines in the form of the services' own. */
  readonly line?: ((text: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

const KILL_WAIT_MS = 2000

/** Starts an engine's guard, which starts the engine; resolves when it serves. It is not started again when it ends. */
export async function startEngine(spec: ProcessSpec, options: StartEngineOptions): Promise<RunningEngine> {
  options.signal?.throwIfAborted()
  const words: string[] = []
  const launched = launch(spec, (line) => {
    if (!line.startsWith('{')) words.push(line) // no log line: the guard's last words
    options.line?.(line)
  })
  let server: ProcessId | undefined
  const stop = async (): Promise<void> => {
    if (launched.id !== undefined) await endProcesses([launched.id], 'SIGTERM', spec.stopGraceMs)
    if (server !== undefined) await endProcesses([server], 'SIGKILL', KILL_WAIT_MS) // its guard may have been killed
    await launched.ending
  }
  const onAbort = () => void stop()
  options.signal?.addEventListener('abort', onAbort)
  try {
    const serving = untilServing(launched, spec.name, words, (pid) => (server = identify(pid)))
    await within(serving, options.limitMs, spec.name)
  } catch (error) {
    await stop()
    throw options.signal?.aborted === true ? options.signal.reason : error
  } finally {
    options.signal?.removeEventListener('abort', onAbort)
  }
  const kill9 = (): void => {
    if (server !== undefined) signalProcess(server, 'SIGKILL')
  }
  return { pid: server?.pid ?? 0, ended: launched.ending.then(({ how }) => how), stop, kill9 }
}

async function untilServing(
  { child, ended, ending }: Launched,
  name: string,
  words: readonly string[],
  onPid: (pid: number) => void,
): Promise<void> {
  try {
    await untilReady(child, undefined, ended, onPid)
  } catch {
    const { how, code } = await ending
    throw new ExpectedFailure([`${name} ended before it was ready (${how}):`, ...words].join('\n'), code ?? 1)
  }
}
