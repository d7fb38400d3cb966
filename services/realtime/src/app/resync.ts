import { unavailable } from '@votestream/errors'
import type { Clock, Component, Logger, Scheduled } from '@votestream/runtime'
import type { ResultsFeed, ResultsReader, StreamMeter } from '../domain/ports.js'
import type { OpenRoom } from './open-room.js'
import type { Rooms } from './rooms.js'

/** How exactly staleness shows and a resync is due; a check of some thousand rooms costs well under a millisecond. */
const CHECK_INTERVAL_MS = 100

/** While changes are not heard, or could not be confirmed, the owner is asked this often. */
const RESYNC_UNHEARD_MS = 1_000

/** votes takes a thousand in one call; a smaller answer holds others up less. */
const POLLS_PER_READ = 500

export interface ResyncDeps {
  readonly rooms: Rooms
  readonly reader: ResultsReader
  readonly feed: ResultsFeed
  readonly intervalMs: number
  readonly clock: Clock
  readonly logger: Logger
  readonly meter: StreamMeter
}

/**
 * Confirms what watched rooms show: every interval, at once when the feed is heard again, and each second while it is not. This bounds what a lost
 * change can cost, and it is what makes a number fresh.
 */
export class Resync implements Component {
  readonly #deps: ResyncDeps
  #timer: Scheduled | undefined
  #running = false
  #lastAtMs = -Infinity
  #failing = false
  #stopped = false

  constructor(deps: ResyncDeps) {
    this.#deps = deps
    deps.feed.onReady(() => {
      this.#lastAtMs = -Infinity
      this.#check()
    })
    deps.rooms.onOpened = () => this.#schedule()
  }

  stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    return Promise.resolve()
  }

  /** There is nothing to do, and no timer, while no room is open. */
  #schedule(): void {
    if (this.#stopped || this.#timer !== undefined || this.#deps.rooms.size === 0) return
    this.#timer = this.#deps.clock.setTimeout(() => {
      this.#timer = undefined
      this.#check()
      this.#schedule()
    }, CHECK_INTERVAL_MS)
  }

  #check(): void {
    const { clock, feed, intervalMs, rooms } = this.#deps
    for (const room of rooms) room.checkFreshness()
    const dueMs = feed.connected && !this.#failing ? intervalMs : Math.min(intervalMs, RESYNC_UNHEARD_MS)
    if (this.#running || clock.monotonicMs() - this.#lastAtMs < dueMs) return
    const watched = [...rooms].filter((room) => room.occupied)
    if (watched.length > 0) void this.#resync(watched)
  }

  async #resync(watched: readonly OpenRoom[]): Promise<void> {
    const { clock, logger, meter } = this.#deps
    this.#running = true
    this.#lastAtMs = clock.monotonicMs()
    try {
      for (let next = 0; next < watched.length; next += POLLS_PER_READ)
        await this.#confirm(watched.slice(next, next + POLLS_PER_READ))
      if (this.#failing) logger.info('results are confirmed again')
      this.#failing = false
    } catch (error) {
      if (!this.#failing) logger.warn({ err: error }, 'results cannot be confirmed')
      this.#failing = true
    }
    meter.resynced(!this.#failing)
    this.#running = false
  }

  /** Throws when something could not be confirmed; what was learnt meanwhile is shown all the same. */
  async #confirm(rooms: readonly OpenRoom[]): Promise<void> {
    const readAtMs = this.#deps.clock.monotonicMs()
    const byPoll = new Map(rooms.map((room) => [room.pollId, room]))
    const states = await this.#deps.reader.read([...byPoll.keys()])
    for (const state of states) byPoll.get(state.pollId)?.read(state, readAtMs)
    if (states.some(({ isCopy }) => isCopy)) throw unavailable('COPIES_ONLY', 'votes cannot read its record')
  }
}
