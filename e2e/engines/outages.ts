import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { RunningMesh } from '../mesh.js'
import { freezeAtStart } from '../processes.js'

/** A process of a mesh that is away until this is ended, or disposed of. */
export interface Outage extends AsyncDisposable {
  /** When it began, on the monotonic clock. */
  readonly beganMs: number
  /** Lets the process come back; resolves when it is there, to when that was. */
  end(): Promise<number>
}

/** `stopped`: killed with -9, and nobody answers at its port. `frozen`: its connections stand, and nothing is answered on them. */
export type Way = 'stopped' | 'frozen'

export const WAYS: readonly Way[] = ['stopped', 'frozen']

type Mesh = Pick<RunningMesh, 'pids' | 'runFolder' | 'logs'>

/** Engines are started by guards, which the launcher starts. */
const GUARDED = ['kafka', 'postgres', 'redis']
/** Kafka starts in some 5 s, and in some times that on a busy machine. */
const BACK_WITHIN_MS = 60_000
const LOOK_EVERY_MS = 20

/** Takes a process away: an engine or a service. */
export const takeAway = (mesh: Mesh, name: string, way: Way): Promise<Outage> =>
  way === 'frozen' ? freeze(mesh, name) : killAndHold(mesh, name)

const freeze = async (mesh: Mesh, name: string): Promise<Outage> => {
  const pid = await pidOf(mesh, name)
  process.kill(pid, 'SIGSTOP') // first of all, so that it starts no other child
  const beganMs = performance.now()
  const children = await childrenOf(pid)
  for (const child of children) process.kill(child, 'SIGSTOP')
  return outage(beganMs, () => {
    for (const each of [...children, pid]) process.kill(each, 'SIGCONT')
  })
}

/** Its successor, or the guard that would start one, is stopped before it does anything. */
const killAndHold = async (mesh: Mesh, name: string): Promise<Outage> => {
  const starter = GUARDED.includes(name) ? `${name}-guard` : name
  const [victim, former] = [await pidOf(mesh, name), await pidOf(mesh, starter)]
  const linesBefore = mesh.logs.length
  process.kill(victim, 'SIGKILL')
  const beganMs = performance.now()
  const held = await freezeAtStart(mesh.runFolder, starter, former)
  return outage(
    beganMs,
    () => process.kill(held, 'SIGCONT'),
    () => mesh.logs.slice(linesBefore).some((line) => line.includes(`${name} is ready again`)),
  )
}

const outage = (beganMs: number, release: () => void, isBack: () => boolean = () => true): Outage => {
  let over = false
  const letGo = (): void => {
    if (!over) release()
    over = true
  }
  return {
    beganMs,
    async end() {
      letGo()
      const giveUpMs = performance.now() + BACK_WITHIN_MS
      while (!isBack()) {
        if (performance.now() > giveUpMs) throw new Error('it did not come back')
        await sleep(LOOK_EVERY_MS)
      }
      return performance.now()
    },
    [Symbol.asyncDispose]: () => {
      letGo()
      return Promise.resolve()
    },
  }
}

const pidOf = async (mesh: Mesh, name: string): Promise<number> => {
  const pid = (await mesh.pids())[name]
  if (pid === undefined) throw new Error(`there is no process ${name}`)
  return pid
}

/** PostgreSQL has a process for each connection. */
const childrenOf = async (pid: number): Promise<readonly number[]> => {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  return rows.flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []))
}
