import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { ExpectedFailure } from '../../expected-failure.js'

/** How to run an engine's server in the foreground. */
export interface EngineCommand {
  /** For people. */
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly folder: string
  /** A part of the line of its log that says that clients are served. */
  readonly readyLine: string
  /** How long it may take to end after SIGTERM. */
  readonly stopGraceMs: number
}

export interface EngineServer {
  readonly pid: number
  /** Resolves, to how it ended, when the server is gone. */
  readonly ended: Promise<string>
}

export interface ServerEvents {
  spawned(pid: number): void
  line(text: string): void
}

/** Enough of a failed start's log to see why; frames of a stack tell nobody here anything. */
const KEPT_LINES = 12
const STACK_FRAME = /^\s+at /

/**
 * The server dies when its guard does: not even `kill -9` of everything else leaves it behind, nor does it matter that
 * it is frozen. Linux only; elsewhere the next start ends what was left.
 */
const DIES_WITH_US = ['setpriv', '--pdeathsig', 'KILL'] as const

/** Starts the server and resolves once it serves. When `signal` aborts the server is stopped. */
export async function startServer(
  command: EngineCommand,
  events: ServerEvents,
  signal: AbortSignal,
): Promise<EngineServer> {
  signal.throwIfAborted()
  const child = spawnServer(command)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, by) => resolve(by ?? `exit code ${code ?? 'unknown'}`))
  })
  signal.addEventListener('abort', () => stopServer(child, command.stopGraceMs), { once: true })
  if (child.pid !== undefined) events.spawned(child.pid)
  const failure = await ready(child, { command, ended, events })
  if (failure !== undefined) throw new ExpectedFailure(failure)
  return { pid: child.pid ?? 0, ended }
}

function spawnServer({ program, args, env, folder }: EngineCommand): ChildProcess {
  const [setpriv, ...flags] = DIES_WITH_US
  const tied = spawnSync(setpriv, [...flags, 'true'], { stdio: 'ignore' }).status === 0
  const [command, ...rest] = tied ? ([...DIES_WITH_US, program, ...args] as const) : [program, ...args]
  return spawn(command, rest, {
    cwd: folder,
    detached: true, // a group of its own: a signal to the guard's group is not one to the server
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

interface Waiting {
  readonly command: EngineCommand
  readonly ended: Promise<string>
  readonly events: ServerEvents
}

/** Resolves to undefined when the server is ready, else to why it is not. */
function ready(child: ChildProcess, { command, ended, events }: Waiting): Promise<string | undefined> {
  const last: string[] = []
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        if (!STACK_FRAME.test(line)) last.push(line)
        if (last.length > KEPT_LINES) last.shift()
        events.line(line)
        if (line.includes(command.readyLine)) resolve(undefined)
      })
    }
    void ended.then((how) => resolve([`${command.name} did not start (${how}):`, ...last].join('\n')))
  })
}

function stopServer(child: ChildProcess, graceMs: number): void {
  child.kill('SIGTERM')
  child.kill('SIGCONT') // a frozen one could not even hear of it
  const limit = setTimeout(() => child.kill('SIGKILL'), graceMs)
  child.once('exit', () => clearTimeout(limit))
}
