import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { identify } from '../local/src/processes/process-id.js'

const repository = fileURLToPath(new URL('..', import.meta.url))

export interface MeshOptions {
  /** Keeps its contents after stop(); without one a temporary folder is made and removed. */
  readonly stateFolder?: string
  /** Settings of the launcher and of the services. */
  readonly env?: Readonly<Record<string, string>>
  /** Options of `npm start`, beyond those that follow from the next two. */
  readonly args?: readonly string[]
  /** With Kafka and Redis, engines of its own. */
  readonly full?: boolean
  /** How many processes of a service, where not one. */
  readonly replicas?: Readonly<Partial<Record<ServiceName, number>>>
}

export type ServiceName = 'gateway' | 'polls' | 'votes' | 'realtime'

/** A whole mesh, run by the launcher as a process of its own: a black box, but for the ids of its processes. */
export interface RunningMesh extends AsyncDisposable {
  /** The public address. */
  readonly url: string
  /** What `VOTESTREAM_STATE` was set to. */
  readonly stateFolder: string
  /** Where the run keeps its record and its secrets, below the state folder. */
  readonly runFolder: string
  /** With Kafka and Redis. */
  readonly full: boolean
  /** Everything that the launcher has written so far, by lines. */
  readonly logs: readonly string[]
  /** Process ids by name, as of now: launcher, gateway, polls, votes, realtime, postgres, kafka, redis and a guard of each engine; `votes-2` is a second replica. */
  pids(): Promise<Readonly<Record<string, number>>>
  /** Asks the launcher to stop, as Ctrl-C does, and resolves to its exit code when it is gone. */
  stop(): Promise<number | null>
  /** Kills the launcher and resolves when it is gone; its processes have to notice by themselves. */
  kill9Launcher(): Promise<void>
}

/** A cold start takes some three seconds on two cores; side by side with other suites, some times that. */
const READY_LIMIT_MS = 60_000
/** Kafka alone takes some three seconds, and replicas share the cores. */
const FULL_READY_LIMIT_MS = 150_000
/** The launcher itself gives each of five processes, one after the other, at most this long; replicas of a service stop together. */
const STOP_LIMIT_MS = 30_000
const POLL_MS = 20

/** Starts a whole mesh on free ports and resolves when it is ready. The repository must have been built. */
export async function startMesh({
  stateFolder,
  env = {},
  args = [],
  full = false,
  replicas = {},
}: MeshOptions = {}): Promise<RunningMesh> {
  const folder = stateFolder ?? (await mkdtemp(join(tmpdir(), 'votestream-mesh-')))
  const runFolder = runFolderIn(folder, full)
  const removeFolder = async (): Promise<void> => {
    await untilGone(Object.values(await pidsIn(runFolder))) // after a kill -9 the others end by themselves
    if (stateFolder === undefined) await rm(folder, { recursive: true, force: true })
  }
  const launcher = startLauncher(
    [...(full ? ['--full'] : []), ...replicaArgs(replicas), ...args],
    { VOTESTREAM_STATE: folder, PORT: '0', ...env },
    full ? FULL_READY_LIMIT_MS : READY_LIMIT_MS,
  )
  const url = await launcher.ready.catch(async (error: unknown) => {
    await launcher.end('SIGKILL')
    await removeFolder()
    throw error
  })
  const stop = async (): Promise<number | null> => {
    const code = await launcher.end('SIGINT')
    await removeFolder()
    return code
  }
  return {
    url,
    ...{ stateFolder: folder, runFolder, full },
    logs: launcher.logs,
    pids: () => pidsIn(runFolder),
    stop,
    kill9Launcher: async () => {
      await launcher.end('SIGKILL')
    },
    [Symbol.asyncDispose]: async () => {
      await stop()
    },
  }
}

/** Each way to run keeps its own state. */
export const runFolderIn = (stateFolder: string, full: boolean): string =>
  join(stateFolder, full ? 'full' : 'embedded')

const replicaArgs = (replicas: NonNullable<MeshOptions['replicas']>): readonly string[] => {
  const counts = Object.entries(replicas).map(([service, count]) => `${service}=${count}`)
  return counts.length === 0 ? [] : ['--replicas', counts.join(',')]
}

export interface Launcher {
  readonly child: ChildProcess
  readonly logs: readonly string[]
  /** Resolves to the public address; rejects when the launcher ends before it is ready. */
  readonly ready: Promise<string>
  /** Resolves to the exit code, or null after a signal. */
  readonly ended: Promise<number | null>
  /** Sends a signal, unless it is over, and resolves when it is over. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** Runs `npm start` without npm, and without looking whether the build is up to date. */
export function startLauncher(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  readyLimitMs = READY_LIMIT_MS,
): Launcher {
  const child = spawn(process.execPath, [join(repository, 'local', 'dist', 'main.js'), 'start', ...args], {
    cwd: repository,
    env: { ...cleanEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const logs: string[] = []
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const ready = new Promise<string>((resolve, reject) => {
    const settle = (url: string | undefined, why: string): void => {
      clearTimeout(limit)
      if (url === undefined) reject(new Error([why, ...logs].join('\n')))
      else resolve(url)
    }
    const limit = setTimeout(() => settle(undefined, `not ready within ${readyLimitMs} ms`), readyLimitMs)
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        logs.push(line)
        const url = /is ready: (http:\S+)/.exec(line)?.[1]
        if (url !== undefined) settle(url, '')
      })
    }
    void ended.then((code) =>
      settle(undefined, `the launcher ended with ${code ?? 'a signal'} before it was ready`),
    )
  })
  ready.catch(() => undefined) // a test that expects a failed start waits for the end instead
  return { child, logs, ready, ended, end: (signal) => endChild(child, ended, signal) }
}

async function endChild(
  child: ChildProcess,
  ended: Promise<number | null>,
  signal: NodeJS.Signals,
): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal)
  const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  try {
    return await ended
  } finally {
    clearTimeout(limit)
  }
}

/** What npm and jest set for themselves is not what a person who types `npm start` has; a mesh under test has engines of its own. */
function cleanEnv(): NodeJS.ProcessEnv {
  const foreign = /^(npm_|JEST_|VOTESTREAM_|KAFKA_|REDIS_)|^(NODE_OPTIONS|NODE_ENV|PORT)$/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}

async function untilGone(pids: readonly number[]): Promise<void> {
  const deadline = performance.now() + STOP_LIMIT_MS
  // A killed process may stay for seconds as an entry that nobody has collected.
  while (pids.some((pid) => identify(pid) !== undefined) && performance.now() < deadline) await sleep(POLL_MS)
}

/** The ids of the processes of the run in a folder, as of now; none before it begins and after its end. */
export async function pidsIn(runFolder: string): Promise<Record<string, number>> {
  const text = await readFile(join(runFolder, 'run.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return {}
  const { launcher, processes } = JSON.parse(text) as {
    launcher: { pid: number }
    processes: Record<string, { pid: number }>
  }
  const pids = Object.entries(processes).map(([name, { pid }]) => [name, pid] as const)
  return { launcher: launcher.pid, ...Object.fromEntries(pids) }
}
