import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { ExpectedFailure } from '../expected-failure.js'
import type { PostgresBinaries } from './binaries.js'
import type { RunAs } from './run-as.js'
import { serverSettings, type ServerOptions } from './server-settings.js'

export interface RunningServer {
  readonly pid: number
  /** Resolves, to how it ended, when the server is gone. */
  readonly ended: Promise<string>
  /** Ends sessions, writes what is in memory, and resolves when the server is gone. */
  stop(): Promise<void>
}

export interface StartOptions extends ServerOptions {
  readonly dataFolder: string
  readonly binaries: PostgresBinaries
  readonly runAs: RunAs
  readonly onLine: (line: string) => void
  readonly signal: AbortSignal
}

const READY = 'database system is ready to accept connections'
/** Enough of a failed start's log to see why. */
const KEPT_LINES = 10
/** After a fast shutdown that takes longer, the server is killed: the next start recovers, and loses nothing. */
const STOP_LIMIT_MS = 15_000

/** Starts the server and resolves once it accepts connections, after a recovery where one is needed. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  options.signal.throwIfAborted()
  const child = spawnServer(options)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 'unknown'}`))
  })
  const stop = () => stopServer(child, ended)
  options.signal.addEventListener('abort', () => void stop(), { once: true })
  const failure = await ready(child, ended, options.onLine)
  if (failure !== undefined) throw new ExpectedFailure(failure)
  return { pid: child.pid ?? 0, ended, stop }
}

function spawnServer({ dataFolder, binaries, runAs, ...options }: StartOptions): ChildProcess {
  const { prefix, ...user } = runAs
  const settings = Object.entries(serverSettings(options)).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const [command = '', ...args] = [...prefix, binaries.postgres, '-D', dataFolder, ...settings]
  return spawn(command, args, {
    ...user,
    cwd: '/',
    detached: true, // a group of its own: a signal to the guard's group is not one to the server
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

/** Resolves to undefined when the server is ready, else to why it is not. */
function ready(
  child: ChildProcess,
  ended: Promise<string>,
  onLine: (line: string) => void,
): Promise<string | undefined> {
  const last: string[] = []
  return new Promise((resolve) => {
    if (child.stderr) {
      const lines = createInterface({ input: child.stderr })
      lines.on('line', (line) => {
        last.push(line)
        if (last.length > KEPT_LINES) last.shift()
        onLine(line)
        if (line.includes(READY)) resolve(undefined)
      })
    }
    void ended.then((how) => resolve([`PostgreSQL did not start (${how}):`, ...last].join('\n')))
  })
}

async function stopServer(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGINT')
  const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  await ended
  clearTimeout(limit)
}
