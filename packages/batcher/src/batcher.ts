import { Entry } from './entry.js'
import type { Batcher, BatcherOptions, SubmitOptions } from './options.js'
import { Waiting } from './waiting.js'

/** Gathers items into batches. While a slot is free an item leaves at once; otherwise items wait and leave together. */
export const makeBatcher = <Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> =>
  new GroupCommit(options)

class GroupCommit<Item, Result> implements Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>
  readonly #waiting: Waiting<Item, Result>
  readonly #unsettled = new Set<Promise<void>>()
  #inFlight = 0
  #closed = false
  #departureScheduled = false
  /** Set when all slots were taken, until nothing has gathered for one spacing. */
  #loaded = false
  #pace: { cancel(): void } | undefined

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options
    this.#waiting = new Waiting(options.clock, options.expired)
  }

  get queued(): number {
    return this.#waiting.size
  }

  get inFlight(): number {
    return this.#inFlight
  }

  async submit(item: Item, submitted: SubmitOptions = {}): Promise<Result> {
    this.#refuse(submitted)
    const entry = new Entry<Item, Result>(item, submitted, () => this.#waiting.delete(entry))
    this.#waiting.add(entry)
    this.#scheduleDeparture()
    return entry.promise
  }

  async close(): Promise<void> {
    this.#closed = true
    while (this.#waiting.size > 0 || this.#unsettled.size > 0) {
      this.#stopPace()
      this.#depart()
      if (this.#unsettled.size > 0) await Promise.race(this.#unsettled)
    }
    this.#stopPace()
  }

  #refuse({ deadlineAt = Infinity, signal }: SubmitOptions): void {
    signal?.throwIfAborted()
    if (deadlineAt <= this.#options.clock.now()) throw this.#options.expired()
    if (this.#closed || this.#waiting.size >= this.#options.maxQueued) throw this.#options.overloaded()
  }

  #slotsTaken(): boolean {
    return this.#inFlight >= this.#options.maxInFlight
  }

  /** Without load there is no spacing; a full batch would gain nothing by waiting. */
  #mayDepart(): boolean {
    if (this.#slotsTaken()) return false
    return this.#pace === undefined || this.#waiting.size >= this.#options.maxBatch
  }

  /** A microtask lets the items of one turn of the event loop leave together. */
  #scheduleDeparture(): void {
    if (this.#departureScheduled) return
    this.#departureScheduled = true
    queueMicrotask(() => {
      this.#departureScheduled = false
      this.#depart()
    })
  }

  #depart(): void {
    while (this.#waiting.size > 0 && this.#mayDepart()) {
      const entries = this.#waiting.take(this.#options.maxBatch)
      if (entries.length === 0) return
      this.#startPace()
      const sent = this.#send(entries).finally(() => this.#unsettled.delete(sent))
      this.#unsettled.add(sent)
    }
    if (this.#waiting.size > 0 && this.#slotsTaken()) this.#loaded = true
  }

  #startPace(): void {
    const { clock, spacingMs } = this.#options
    this.#stopPace()
    if (!this.#loaded || spacingMs === 0) return
    this.#pace = clock.setTimeout(() => {
      this.#pace = undefined
      if (this.#waiting.size > 0) this.#depart()
      else this.#loaded = false
    }, spacingMs)
  }

  #stopPace(): void {
    this.#pace?.cancel()
    this.#pace = undefined
  }

  async #send(entries: readonly Entry<Item, Result>[]): Promise<void> {
    const abandonment = this.#watchAbandonment(entries)
    const freeSlot = this.#takeSlot()
    let failure: unknown = new Error('the batch settled without a result for this item')
    try {
      await this.#options.send(
        entries.map(({ item }) => item),
        {
          signal: abandonment,
          freeSlot,
          resolve: (index, result) => entries[index]?.resolve(result),
          reject: (index, error) => entries[index]?.reject(error),
        },
      )
    } catch (error) {
      failure = error
    }
    for (const entry of entries) entry.reject(failure)
    freeSlot()
  }

  #takeSlot(): () => void {
    this.#inFlight += 1
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#inFlight -= 1
      this.#scheduleDeparture()
    }
  }

  #watchAbandonment(entries: readonly Entry<Item, Result>[]): AbortSignal {
    const controller = new AbortController()
    let expected = entries.length
    for (const entry of entries) {
      entry.onSettled = (abandoned) => {
        expected -= 1
        if (expected === 0 && abandoned) controller.abort()
      }
    }
    return controller.signal
  }
}
