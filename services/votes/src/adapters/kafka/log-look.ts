import type { Clock } from '@votestream/runtime'
import type { VoteStore } from '../../domain/ports.js'
import { assertNothingLost } from './open-topic.js'
import { lagBehind, type PartitionEnds } from './topic.js'
import { WaitingSince } from './waiting-since.js'

interface Deps {
  readonly topic: string
  readonly clock: Clock
  readonly readBookmarks: VoteStore['readBookmarks']
}

/** Compares the log with the store, again and again: has it lost records, and how far is each partition behind. */
export class LogLook {
  readonly #deps: Deps
  #bookmarks: ReadonlyMap<number, number> = new Map()
  #readMs = Infinity
  #lag: ReadonlyMap<number, number> = new Map()
  #looking = false
  readonly #waiting = new WaitingSince()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Records that are not folded yet, by partition, as of the last look. */
  get lag(): ReadonlyMap<number, number> {
    return this.#lag
  }

  /** For how long records of each partition, whoever folds it, have been waiting for their fold, in milliseconds. */
  get waitingMs(): ReadonlyMap<number, number> {
    return this.#waiting.agesMs(this.#lag.keys(), this.#deps.clock.monotonicMs())
  }

  /** Rejects with `FOREIGN_LOG` when records are missing; resolves to false when the store did not say how far it is. */
  async at(ends: readonly PartitionEnds[], askedMs: number): Promise<boolean> {
    const { topic, readBookmarks, clock } = this.#deps
    // Bookmarks that were read after the ends were asked for may be ahead of them.
    assertNothingLost(topic, ends, this.#readMs <= askedMs ? this.#bookmarks : new Map())
    if (this.#looking) return false
    this.#looking = true
    try {
      const bookmarks = await readBookmarks()
      this.#bookmarks = bookmarks
      this.#readMs = clock.monotonicMs()
      this.#note(ends, askedMs)
      return true
    } catch {
      // Whoever reads or folds says so. Nothing is folded meanwhile, so that the last bookmarks still hold.
      if (this.#readMs !== Infinity) this.#note(ends, askedMs)
      return false
    } finally {
      this.#looking = false
    }
  }

  #note(ends: readonly PartitionEnds[], askedMs: number): void {
    this.#lag = new Map(ends.map((each) => [each.partition, lagBehind([each], this.#bookmarks)]))
    this.#waiting.note(ends, this.#bookmarks, askedMs)
  }
}
