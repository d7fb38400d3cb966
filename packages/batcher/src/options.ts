/** The part of a clock that a batcher needs. */
export interface BatcherClock {
  /** Milliseconds since the epoch, the scale of `deadlineAt`. */
  now(): number
  setTimeout(run: () => void, ms: number): { cancel(): void }
}

/** One batch on its way: what `send` uses to answer its items. */
export interface Batch<Result> {
  /** Aborts when nobody waits for any of the batch's items any more. */
  readonly signal: AbortSignal
  /** Answers one item; an item that is answered already stays as it is. */
  resolve(index: number, result: Result): void
  /** Fails one item; an item that is answered already stays as it is. */
  reject(index: number, error: unknown): void
  /** Lets the next batch leave although this one has not settled. */
  freeSlot(): void
}

export interface BatcherOptions<Item, Result> {
  /** Carries one batch, in the order of submission; what it leaves unanswered fails with its error when it settles. */
  readonly send: (items: readonly Item[], batch: Batch<Result>) => Promise<void>
  /** Batches that may hold a slot at a time. */
  readonly maxInFlight: number
  /** Items in one batch. */
  readonly maxBatch: number
  /** Items that may wait; one more is refused with `overloaded()`. */
  readonly maxQueued: number
  /** Least time between two departures while there is load, so that batches grow; 0 for none. */
  readonly spacingMs: number
  readonly clock: BatcherClock
  /** The error of an item that finds the queue full or the batcher closed. */
  readonly overloaded: () => Error
  /** The error of an item whose deadline passes before it is sent. */
  readonly expired: () => Error
}

export interface SubmitOptions {
  /** Milliseconds since the epoch; an item still queued then is dropped. */
  readonly deadlineAt?: number
  /** Gives the item up: a queued one is never sent, one on its way is no longer waited for. */
  readonly signal?: AbortSignal
}

/** Group commit: many callers, few batches in flight, no added wait when idle. */
export interface Batcher<Item, Result> {
  /** Answers with the item's own result. */
  submit(item: Item, options?: SubmitOptions): Promise<Result>
  /** Items that wait. */
  readonly queued: number
  /** Batches that hold a slot. */
  readonly inFlight: number
  /** Refuses new items, sends what waits and returns when every batch has settled. */
  close(): Promise<void>
}
