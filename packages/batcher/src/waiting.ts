import type { Entry } from './entry.js'
import type { BatcherClock } from './options.js'

/** The entries that wait, oldest first. Each is dropped at its deadline, not only when its turn comes: its caller waits too. */
export class Waiting<Item, Result> {
  // A Set keeps the order of insertion and deletes in constant time, wherever a cancelled entry stands.
  readonly #entries = new Set<Entry<Item, Result>>()
  readonly #clock: BatcherClock
  readonly #expired: () => Error
  #timer: { cancel(): void } | undefined
  #timerAt = Infinity

  constructor(clock: BatcherClock, expired: () => Error) {
    this.#clock = clock
    this.#expired = expired
  }

  get size(): number {
    return this.#entries.size
  }

  add(entry: Entry<Item, Result>): void {
    this.#entries.add(entry)
    if (entry.deadlineAt < this.#timerAt) this.#arm(entry.deadlineAt)
  }

  delete(entry: Entry<Item, Result>): void {
    this.#entries.delete(entry)
    if (this.#entries.size === 0) this.#disarm()
  }

  /** Takes the oldest entries out, at most `max`; those that are past their deadline are dropped on the way. */
  take(max: number): Entry<Item, Result>[] {
    const now = this.#clock.now()
    const taken: Entry<Item, Result>[] = []
    for (const entry of this.#entries) {
      if (taken.length === max) break
      if (entry.deadlineAt <= now) entry.reject(this.#expired())
      else taken.push(entry)
      this.delete(entry)
    }
    return taken
  }

  #arm(at: number): void {
    this.#disarm()
    this.#timerAt = at
    this.#timer = this.#clock.setTimeout(this.#dropExpired, Math.max(0, at - this.#clock.now()))
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerAt = Infinity
  }

  readonly #dropExpired = (): void => {
    this.#disarm()
    const now = this.#clock.now()
    let next = Infinity
    for (const entry of this.#entries) {
      if (entry.deadlineAt <= now) entry.reject(this.#expired())
      else next = Math.min(next, entry.deadlineAt)
    }
    if (next < Infinity) this.#arm(next)
  }
}
