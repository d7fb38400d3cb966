import type { Clock, Scheduled } from '@votestream/runtime'
import type { ResultsFeed, StreamMeter, Viewer } from '../domain/ports.js'
import type { PollDefinition, ReadState, ResultsState } from '../domain/results.js'
import { Room, type Frame } from '../domain/room.js'
import type { Audience, Broadcast } from './broadcast.js'
import { Seat } from './seat.js'

/** Joiners of one interval share one read; so a first document is at most this old when it comes from a read. */
const SNAPSHOT_SHARED_MS = 50

/** A room outlives its last viewer by this: a page that is loaded again, or a stream that reconnects, finds it warm. */
export const LINGER_MS = 10_000

export interface RoomDeps {
  readonly feed: ResultsFeed
  /** Reads one poll's state; reads of many rooms travel together. */
  readonly readState: (pollId: number) => Promise<ReadState>
  readonly broadcast: Broadcast
  readonly staleAfterMs: number
  readonly blockedMs: number
  readonly clock: Clock
  readonly meter: StreamMeter
}

interface Snapshot {
  readonly askedAtMs: number
  readonly done: Promise<void>
}

/** A room with its viewers. It hears the feed from the first moment on, so that nothing is lost between the first read and the first change. */
export class OpenRoom implements Audience {
  readonly seats = new Set<Seat>()
  readonly #deps: RoomDeps
  readonly #room: Room
  readonly #unwatch: () => void
  readonly #onAbandoned: () => void
  #snapshot: Snapshot | undefined
  #holders = 0
  #closed = false
  #linger: Scheduled | undefined

  /** `onAbandoned` is called once nobody has held the room for a while. */
  constructor(definition: PollDefinition, deps: RoomDeps, onAbandoned: () => void) {
    this.#deps = deps
    this.#room = new Room(definition, deps.staleAfterMs)
    this.#onAbandoned = onAbandoned
    this.#unwatch = deps.feed.watchResults(definition.pollId, (state) => this.hear(state))
  }

  get pollId(): number {
    return this.#room.pollId
  }

  get stale(): boolean {
    return this.#room.stale
  }

  get confirmedAtMs(): number {
    return this.#room.confirmedAtMs
  }

  get frame(): Frame | undefined {
    return this.#room.frame
  }

  /** Whether somebody watches, or is about to. */
  get occupied(): boolean {
    return this.#holders > 0
  }

  hear(state: ResultsState): void {
    this.#change(() => this.#room.hear(state, this.#nowMs()))
  }

  /** Takes a state whose reading began at `readAtMs`. */
  read(state: ReadState, readAtMs: number): void {
    this.#change(() => this.#room.read(state, readAtMs, this.#nowMs()))
  }

  checkFreshness(): void {
    this.#change(() => this.#room.checkFreshness(this.#nowMs()))
  }

  /**
   * Reads what a joiner is shown first; joiners of one interval share the read, unless the joiner has already seen a newer version. When the
   * read fails, what is known does, marked stale when it is; throws unavailable when nothing is known.
   */
  async prepare(seenVersion: number): Promise<void> {
    try {
      await this.#recentSnapshot()
      if (seenVersion > (this.#room.version ?? 0)) await this.#newSnapshot()
    } catch (error) {
      if (this.#room.frame === undefined) throw error
    }
    this.checkFreshness()
  }

  /** Keeps the room open until `release`. */
  hold(): void {
    this.#holders += 1
    this.#linger?.cancel()
    this.#linger = undefined
  }

  release(): void {
    this.#holders -= 1
    if (this.#holders === 0 && !this.#closed)
      this.#linger = this.#deps.clock.setTimeout(this.#onAbandoned, LINGER_MS)
  }

  /** Seats a viewer and shows it what is known. */
  seat(viewer: Viewer): Seat {
    const { blockedMs, clock, meter } = this.#deps
    const seat = new Seat({ viewer, frame: () => this.#room.frame, blockedMs, clock, meter })
    this.seats.add(seat)
    seat.update()
    return seat
  }

  unseat(seat: Seat): void {
    seat.leave()
    this.seats.delete(seat)
  }

  close(): void {
    this.#closed = true
    this.#linger?.cancel()
    this.#unwatch()
  }

  #nowMs(): number {
    return this.#deps.clock.monotonicMs()
  }

  #change(apply: () => void): void {
    const before = this.#room.revision
    apply()
    if (this.#room.revision !== before && this.seats.size > 0) this.#deps.broadcast.announce(this)
  }

  #recentSnapshot(): Promise<void> {
    const sharedSinceMs = this.#nowMs() - SNAPSHOT_SHARED_MS
    if (this.#snapshot !== undefined && this.#snapshot.askedAtMs > sharedSinceMs) return this.#snapshot.done
    return this.#newSnapshot()
  }

  #newSnapshot(): Promise<void> {
    const askedAtMs = this.#nowMs()
    const done = this.#deps.readState(this.pollId).then((state) => this.read(state, askedAtMs))
    this.#snapshot = { askedAtMs, done }
    return done
  }
}
