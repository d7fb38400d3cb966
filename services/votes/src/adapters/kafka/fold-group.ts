import type { Clock, Logger } from '@votestream/runtime'
import type { Folded, PartitionBatch } from '../../domain/fold.js'
import type { Fold } from '../../domain/ports.js'
import { StoreTrouble } from './store-trouble.js'

/** A fold that failed is repeated after 50 ms, then 100, and so on up to a second (C7). */
const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 1_000

/** What became of one stretch. */
export type StretchOutcome =
  | { readonly status: 'folded' }
  /** It does not start at the bookmark: go on from there. */
  | { readonly status: 'fenced'; readonly bookmark: number }
  /** Somebody else holds the partition at the moment: try again soon. */
  | { readonly status: 'busy' }

interface Waiting {
  readonly batch: PartitionBatch
  readonly settle: (outcome: StretchOutcome) => void
}

interface Deps {
  readonly fold: Fold
  /** Called after each fold that succeeded. */
  readonly onFolded?: () => void
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Folds what all partitions of this process have pending in one transaction, by group commit: what comes while a fold runs is in the next
 * one. A fold that fails is repeated, with whatever else has come, until it succeeds or nobody wants it any more.
 */
export class FoldGroup {
  readonly #deps: Deps
  readonly #waiting = new Map<number, Waiting>()
  readonly #stopped = new AbortController()
  readonly #trouble: StoreTrouble
  #running: Promise<void> | undefined

  constructor(deps: Deps) {
    this.#deps = deps
    const { clock, logger } = deps
    this.#trouble = new StoreTrouble({
      clock,
      onChange: (error) =>
        error === undefined
          ? logger.info('votes are folded again')
          : logger.error({ err: error }, 'votes cannot be folded; trying again'),
    })
  }

  /** True from a fold that failed, or hangs, until one succeeds or nobody wants it any more. */
  get failing(): boolean {
    return this.#trouble.present
  }

  /** Monotonic milliseconds of the last fold that succeeded. */
  get lastFoldMs(): number {
    return this.#trouble.lastDoneMs
  }

  /** Resolves when the stretch is folded, or cannot be; never when `abandon` is called first. One stretch a partition at a time. */
  fold(batch: PartitionBatch): { readonly outcome: Promise<StretchOutcome>; readonly abandon: () => void } {
    let settle: Waiting['settle'] = () => undefined
    const outcome = new Promise<StretchOutcome>((resolve) => (settle = resolve))
    const waiting = { batch, settle }
    if (this.#stopped.signal.aborted) return { outcome, abandon: () => undefined }
    this.#waiting.set(batch.partition, waiting)
    this.#running ??= this.#run()
    const abandon = (): void => {
      if (this.#waiting.get(batch.partition) === waiting) this.#waiting.delete(batch.partition)
    }
    return { outcome, abandon }
  }

  /** Gives up what waits; what was sent to the store may still be committed. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#waiting.clear()
    await this.#running
  }

  async #run(): Promise<void> {
    await this.#deps.clock.turn() // what the same fetch brought for other partitions comes along
    let retryMs = FIRST_RETRY_MS
    for (let group = [...this.#waiting.values()]; group.length > 0; group = [...this.#waiting.values()]) {
      const folded = await this.#foldOnce(group.map(({ batch }) => batch))
      if (folded) {
        retryMs = FIRST_RETRY_MS
        this.#settle(group, folded)
      } else {
        await this.#deps.clock.sleep(retryMs, this.#stopped.signal).catch(() => undefined)
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
      }
    }
    this.#running = undefined
    // Partitions that went to others take their failures along: whoever has none folds nothing that could show success.
    this.#trouble.forget()
  }

  #settle(group: readonly Waiting[], { fenced, busy }: Folded): void {
    const bookmarks = new Map(fenced.map(({ partition, bookmark }) => [partition, bookmark]))
    for (const waiting of group) {
      const { partition } = waiting.batch
      if (this.#waiting.get(partition) === waiting) this.#waiting.delete(partition)
      const bookmark = bookmarks.get(partition)
      if (busy.includes(partition)) waiting.settle({ status: 'busy' })
      else if (bookmark !== undefined) waiting.settle({ status: 'fenced', bookmark })
      else waiting.settle({ status: 'folded' })
    }
  }

  /** Undefined when nothing is known to be committed. */
  async #foldOnce(batches: readonly PartitionBatch[]): Promise<Folded | undefined> {
    const { fold, onFolded } = this.#deps
    try {
      const folded = await this.#trouble.watch(() => fold(batches))
      onFolded?.()
      return folded
    } catch {
      return undefined // #trouble has told
    }
  }
}
