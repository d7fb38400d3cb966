import type { AppError } from '@votestream/errors'

/** What came of a call and was not taken yet. */
export class Inbox {
  readonly #messages: object[] = []
  #ended = false
  #error: AppError | undefined
  #wake: () => void = () => undefined

  push(message: object): void {
    if (this.#ended) return
    this.#messages.push(message)
    this.#wake()
  }

  end(error?: AppError): void {
    if (this.#ended) return
    this.#ended = true
    this.#error = error
    this.#wake()
  }

  /** Undefined at the end; throws what the call ended with. */
  async next(): Promise<object | undefined> {
    while (this.#messages.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    const message = this.#messages.shift()
    if (!message && this.#error) throw this.#error
    return message
  }
}
