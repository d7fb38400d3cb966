import { describeFailure, ExpectedFailure } from '../../expected-failure.js'
import { whyNotFree } from '../../processes/free-ports.js'
import { endLeftoverEngine, forgetEngine, noteEngine } from './engine-record.js'
import { startServer, type EngineCommand, type EngineServer } from './engine-server.js'

/** What one engine's guard does before and while its server runs. */
export interface GuardedEngine {
  /** The name in log lines and in the message of the bound ports. */
  readonly service: string
  readonly folder: string
  readonly ports: Readonly<Record<string, number>>
  /** Prepares the folder, in which nothing runs any more, and tells how to run the server there. */
  readonly prepare: (signal: AbortSignal) => Promise<EngineCommand>
  readonly readLine: (line: string) => LogLine
}

/** One line of an engine's log as one of ours. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'fatal'
  readonly message: string
}

/** What a guard tells whoever started it. */
export interface GuardServing {
  readonly type: 'serving'
  readonly ports: GuardedEngine['ports']
  /** The server's own process. */
  readonly pid: number
}

const LOOPBACK = '127.0.0.1'
const VERBOSE = ['debug', 'trace'].includes(process.env.LOG_LEVEL ?? '')

/**
 * Runs an engine's server for as long as whoever started us lives: a lost IPC channel, SIGTERM or SIGINT stop it, and
 * when the server ends by itself so do we.
 */
export async function runGuard(engine: GuardedEngine): Promise<void> {
  const stopped = new AbortController()
  const stop = () => stopped.abort()
  process.once('disconnect', stop)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)
  // Whoever started us reads our output; its death must not be ours before the server is down.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  try {
    const server = await open(engine, stopped.signal)
    const message: GuardServing = { type: 'serving', ports: engine.ports, pid: server.pid }
    process.send?.(message, undefined, undefined, () => undefined)
    const how = await server.ended
    if (!stopped.signal.aborted) say(engine, { level: 'error', message: `the server ended: ${how}` })
    forgetEngine(engine.folder)
    process.exit(stopped.signal.aborted ? 0 : 1)
  } catch (error) {
    forgetEngine(engine.folder)
    if (stopped.signal.aborted) process.exit(0)
    process.stderr.write(`${describeFailure(error)}\n`)
    process.exit(error instanceof ExpectedFailure ? error.exitCode : 1)
  }
}

async function open(engine: GuardedEngine, signal: AbortSignal): Promise<EngineServer> {
  const leftover = await endLeftoverEngine(engine.folder)
  if (leftover !== undefined)
    say(engine, {
      level: 'warn',
      message: `stopped the server that a killed run left behind (pid ${leftover})`,
    })
  for (const port of Object.values(engine.ports)) {
    const code = await whyNotFree(LOOPBACK, port)
    if (code !== undefined) throw new ExpectedFailure(`port ${port} of ${LOOPBACK} cannot be had: ${code}`)
  }
  const command = await engine.prepare(signal)
  const events = {
    spawned: (pid: number) => noteEngine(engine.folder, pid),
    line: (text: string) => {
      // An engine that is stopped while it starts calls that an error; a real one shows at the next start.
      const line: LogLine = signal.aborted ? { level: 'debug', message: text } : engine.readLine(text)
      if (line.level !== 'debug' || VERBOSE) say(engine, line)
    },
  }
  return startServer(command, events, signal)
}

/** In the form of the services' own log lines. */
function say({ service }: GuardedEngine, { level, message }: LogLine): void {
  process.stdout.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), service, msg: message })}\n`,
  )
}
