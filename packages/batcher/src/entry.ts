import type { SubmitOptions } from './options.js'

/** One submitted item and the promise that its caller holds. */
export class Entry<Item, Result> {
  readonly item: Item
  readonly deadlineAt: number
  readonly promise: Promise<Result>
  /** Told once, when the item settles in whatever way; `abandoned` when its caller gave it up. */
  onSettled: (abandoned: boolean) => void
  #settled = false
  #resolve!: (result: Result) => void
  #reject!: (error: Error) => void
  readonly #signal: AbortSignal | undefined

  constructor(item: Item, { deadlineAt = Infinity, signal }: SubmitOptions, onSettled: () => void) {
    this.item = item
    this.deadlineAt = deadlineAt
    this.onSettled = onSettled
    this.#signal = signal
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    signal?.addEventListener('abort', this.#abandon)
  }

  resolve(result: Result): void {
    if (this.#settle(false)) this.#resolve(result)
  }

  reject(error: unknown): void {
    if (this.#settle(false)) this.#reject(error as Error)
  }

  readonly #abandon = (): void => {
    if (this.#settle(true)) this.#reject(this.#signal?.reason as Error)
  }

  #settle(abandoned: boolean): boolean {
    if (this.#settled) return false
    this.#settled = true
    this.#signal?.removeEventListener('abort', this.#abandon)
    this.onSettled(abandoned)
    return true
  }
}
