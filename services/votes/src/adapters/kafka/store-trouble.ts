import type { Clock } from '@votestream/runtime'

/** The store answers in milliseconds: what takes longer than this meets one that is frozen or locked. */
const HANGS_AFTER_MS = 1_000

interface Deps {
  readonly clock: Clock
  /** Told once when it begins, with the error, and once when it is over. */
  readonly onChange: (error: unknown) => void
}

/** Knows whether one kind of work on the store fails or hangs. */
export class StoreTrouble {
  readonly #deps: Deps
  readonly #begun = new Set<{ readonly sinceMs: number }>()
  #failed = false
  #lastDoneMs: number

  constructor(deps: Deps) {
    this.#deps = deps
    this.#lastDoneMs = deps.clock.monotonicMs()
  }

  /** True from a failure, or while something hangs, until one succeeds. */
  get present(): boolean {
    const beforeMs = this.#deps.clock.monotonicMs() - HANGS_AFTER_MS
    return this.#failed || [...this.#begun].some(({ sinceMs }) => sinceMs < beforeMs)
  }

  /** Monotonic milliseconds of the last success. */
  get lastDoneMs(): number {
    return this.#lastDoneMs
  }

  /** Does the work; its outcome says whether there is trouble. */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    const begun = { sinceMs: this.#deps.clock.monotonicMs() }
    this.#begun.add(begun)
    try {
      const done = await work()
      this.#lastDoneMs = this.#deps.clock.monotonicMs()
      this.#set(false, undefined)
      return done
    } catch (error) {
      this.#set(true, error)
      throw error
    } finally {
      this.#begun.delete(begun)
    }
  }

  /** What failed is nobody's business here any more, and there is nothing to tell. */
  forget(): void {
    this.#failed = false
  }

  /** Other work has shown that the store answers. */
  over(): void {
    this.#set(false, undefined)
  }

  #set(failed: boolean, error: unknown): void {
    if (failed === this.#failed) return
    this.#failed = failed
    this.#deps.onChange(error)
  }
}
