import { unavailable } from '@votestream/errors'
import type { Clock, Logger } from '@votestream/runtime'
import type { Folded, PartitionBatch } from '../../domain/fold.js'
import type { Fold } from '../../domain/ports.js'
import type { ProcessLock } from './process-lock.js'

/** A fold that failed is repeated after 50 ms, then 100, and so on up to a second (C7). */
const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 1_000
/** How long a stop waits for what is pending; the callers are gone after 3 s anyway. */
const DRAIN_MS = 3_000

interface Deps {
  readonly lock: ProcessLock
  readonly clock: Clock
  readonly logger: Logger
  /** What to fold next; empty when nothing is pending. */
  readonly next: () => readonly PartitionBatch[]
  readonly done: (batches: readonly PartitionBatch[]) => void
  readonly onFatal: (error: Error) => void
}

/** Folds while anything is pending, one fold at a time, and repeats a fold until it is committed. */
export class FoldLoop {
  readonly #deps: Deps
  readonly #closed = new AbortController()
  #fold: Fold | undefined
  #running: Promise<void> | undefined
  #failing = false
  /** True from a failed attempt on, which may have been committed, until everything attempted is known to be. */
  #uncertain = false
  /** Bookmarks that stand within a stretch which is still pending here. */
  readonly #ahead = new Map<number, number>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** True from a failed fold until one is committed. */
  get failing(): boolean {
    return this.#failing
  }

  get closed(): AbortSignal {
    return this.#closed.signal
  }

  use(fold: Fold): void {
    this.#fold = fold
  }

  /** Starts folding unless it is under way; call whenever something was appended. */
  wake(): void {
    const fold = this.#fold
    if (this.#running || !fold || this.#closed.signal.aborted || this.#deps.next().length === 0) return
    this.#running = this.#foldPending(fold).finally(() => {
      this.#running = undefined
      this.wake()
    })
  }

  async stop(): Promise<void> {
    const limit = this.#deps.clock.sleep(DRAIN_MS, this.#closed.signal).catch(() => undefined)
    if (!this.#failing) await Promise.race([this.#running, limit])
    this.#closed.abort()
    await this.#running
  }

  /** Ends for good and says why. */
  die(error: Error): void {
    this.#closed.abort()
    this.#deps.onFatal(error)
  }

  async #foldPending(fold: Fold): Promise<void> {
    let retryMs = FIRST_RETRY_MS
    for (let batches = this.#next(); batches.length > 0; batches = this.#next()) {
      const folded = await this.#foldOnce(fold, batches)
      if (folded) {
        retryMs = FIRST_RETRY_MS
        if (!this.#passLeftOut(batches, folded)) {
          this.die(new Error('another process folds this database'))
          return
        }
        if (folded.busy.length === 0) continue
      }
      await this.#deps.clock.sleep(retryMs, this.#closed.signal).catch(() => undefined)
      if (this.#closed.signal.aborted) return
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
    }
  }

  /** What is pending, from where the store is known to stand. */
  #next(): readonly PartitionBatch[] {
    return this.#deps
      .next()
      .map((batch) => ({ ...batch, from: this.#ahead.get(batch.partition) ?? batch.from }))
  }

  /**
   * Lets go of what was committed. A stretch is fenced by our own hand when an attempt was committed, whole or in part, although we
   * never heard so: it is folded again from there, which counts nothing twice and gives the same verdicts. False when the fence is not ours.
   * A busy partition's stretch may have been committed in part, too.
   */
  #passLeftOut(batches: readonly PartitionBatch[], { fenced, busy }: Folded): boolean {
    const bookmarks = new Map(fenced.map(({ partition, bookmark }) => [partition, bookmark]))
    const ours = ({ from, next }: PartitionBatch, bookmark: number): boolean =>
      this.#uncertain && from < bookmark && bookmark <= next
    for (const batch of batches) {
      if (busy.includes(batch.partition)) continue
      const bookmark = bookmarks.get(batch.partition)
      if (bookmark === undefined) this.#ahead.delete(batch.partition)
      else if (ours(batch, bookmark)) this.#ahead.set(batch.partition, bookmark)
      else return false
    }
    this.#deps.done(batches.filter(({ partition }) => !bookmarks.has(partition) && !busy.includes(partition)))
    this.#uncertain = busy.length > 0 || (this.#uncertain && fenced.length > 0)
    return true
  }

  /** Undefined when nothing is known to be committed. */
  async #foldOnce(fold: Fold, batches: readonly PartitionBatch[]): Promise<Folded | undefined> {
    const { lock, logger } = this.#deps
    try {
      if (!lock.held) throw unavailable('PROCESS_LOCK_LOST', 'the lock of the direct log is not held')
      const folded = await fold(batches)
      if (this.#failing) logger.info('votes are folded again')
      this.#failing = false
      return folded
    } catch (error) {
      if (!this.#failing) logger.error({ err: error }, 'votes cannot be folded; trying again')
      this.#failing = true
      this.#uncertain = true
      return undefined
    }
  }
}
