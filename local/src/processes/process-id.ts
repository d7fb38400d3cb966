import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A process beyond doubt: its id may be given to a stranger after its death, its id together with its start may not. */
export interface ProcessId {
  readonly pid: number
  readonly startedAt: string
}

/** Names a running process; undefined when there is none (or nothing left of it but an entry for its parent). */
export function identify(pid: number): ProcessId | undefined {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid)
  return startedAt === undefined ? undefined : { pid, startedAt }
}

/** Tells whether exactly this process still runs. */
export const isAlive = (id: ProcessId): boolean => identify(id.pid)?.startedAt === id.startedAt

/** Tells whether the system knows the number, be it only as a dead process that nobody has collected yet. */
export function hasEntry(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

// proc(5): the state is the third field of stat and the start the 22nd; the second is a name that may hold anything.
const STATE = 0
const START_TICKS = 19
const DEAD_STATES = ['Z', 'X', 'x']

function startOnLinux(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, ticks] = [fields[STATE], fields[START_TICKS]]
  if (state === undefined || ticks === undefined || DEAD_STATES.includes(state)) return undefined
  // Ticks count from the boot: the same number after a reboot is another process.
  return `${ticks} ${readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}`
}

function startByPs(pid: number): string | undefined {
  const [state, ...start] = ps(pid, 'state=,lstart=').trim().split(/\s+/)
  return state === undefined || state === '' || state.startsWith('Z') ? undefined : start.join(' ')
}

/** The command line of a process, its arguments separated by spaces; empty when there is no such process. */
export function commandLine(pid: number): string {
  if (process.platform !== 'linux') return ps(pid, 'command=').trim()
  return readIfThere(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() ?? ''
}

function ps(pid: number, columns: string): string {
  try {
    return execFileSync('ps', ['-o', columns, '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return '' // ps ends with 1 when there is no such process
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
