import type { Scheduled } from '@votestream/runtime'
import type { SimProcess } from '../kernel/process.js'
import type { World } from './world.js'

/** idle_in_transaction_session_timeout of votes' sessions. */
const IDLE_MS = 3_000

/** How many broken connections the server does not notice. */
const UNNOTICED = 0.3

/** One transaction at work: what it has locked, and what it has not committed. */
export interface Session {
  readonly owner: SimProcess
  readonly partitions: Set<number>
  readonly polls: Set<number>
  ended: boolean
  idle: Scheduled | undefined
}

/** Row locks: those of bookmarks are skipped when taken, those of results are waited for, in poll order. */
export class DatabaseLocks {
  readonly #world: World
  readonly #sessions = new Set<Session>()
  #waiting: (() => boolean)[] = []
  #goingOn = false
  /** Whether a session has ended since those who wait were tried. */
  #freed = false

  constructor(world: World) {
    this.#world = world
  }

  begin(owner: SimProcess): Session {
    const session: Session = { owner, partitions: new Set(), polls: new Set(), ended: false, idle: undefined }
    this.#sessions.add(session)
    return session
  }

  /** Those that nobody else holds. */
  lockFree(session: Session, partitions: readonly number[]): ReadonlySet<number> {
    const free = partitions.filter(
      (partition) => !this.#others(session).some((one) => one.partitions.has(partition)),
    )
    free.forEach((partition) => session.partitions.add(partition))
    return new Set(free)
  }

  isBookmarkHeld(): boolean {
    return [...this.#sessions].some(({ partitions }) => partitions.size > 0)
  }

  /** Calls back once all rows are locked; never when the session ends before. */
  lockPolls(session: Session, polls: readonly number[], locked: () => void): void {
    const rest = [...polls].sort((a, b) => a - b)
    const attempt = (): boolean => {
      if (session.ended) return true
      for (let poll = rest[0]; poll !== undefined; poll = rest[0]) {
        const wanted = poll
        if (this.#others(session).some((one) => one.polls.has(wanted))) return false
        session.polls.add(poll)
        rest.shift()
      }
      locked()
      return true
    }
    if (attempt()) return
    this.#world.coverage.count('poll row awaited')
    this.#waiting.push(attempt)
  }

  /** Calls back when nobody holds a bookmark. */
  whenBookmarksFree(free: () => void): void {
    const attempt = (): boolean => {
      if (this.isBookmarkHeld()) return false
      free()
      return true
    }
    if (!attempt()) this.#waiting.push(attempt)
  }

  /** The server waits for the session's next statement, but not for ever. */
  awaitNext(session: Session): void {
    session.idle = this.#world.kernel.after(
      IDLE_MS,
      `database: idle session of ${session.owner.name} ends`,
      () => {
        this.#world.coverage.count('idle session ended')
        this.end(session)
      },
    )
  }

  end(session: Session): void {
    if (session.ended) return
    session.ended = true
    session.idle?.cancel()
    this.#sessions.delete(session)
    this.#goOn()
  }

  /** The connection broke: the server notices at once, or only when the session has been idle for long. */
  breakSoon(session: Session): void {
    if (session.idle && this.#world.kernel.random.chance(UNNOTICED)) return
    this.#world.kernel.after(1, 'database: a connection broke', () => this.end(session))
  }

  /** The connections of a dead process, or all of them: what is not committed is lost. */
  endIdle(owner?: SimProcess): void {
    for (const session of [...this.#sessions])
      if (session.idle && (owner === undefined || session.owner === owner)) this.end(session)
  }

  /** Tries all who wait again, and once more when one of them has ended on the way. */
  #goOn(): void {
    this.#freed = true
    if (this.#goingOn) return
    this.#goingOn = true
    while (this.#freed) {
      this.#freed = false
      this.#waiting = this.#waiting.filter((attempt) => !attempt())
    }
    this.#goingOn = false
  }

  #others(session: Session): readonly Session[] {
    return [...this.#sessions].filter((one) => one !== session)
  }
}
