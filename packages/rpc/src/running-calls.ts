/** A call that can be ended before its time. */
interface Cancellable {
  cancel(): void
}

/** A client's calls under way, and which peer each was given to. */
export class RunningCalls {
  readonly #calls = new Map<string, { readonly call: Cancellable; peer?: string }>()
  #lastId = 0

  /** The id of a call that is about to begin. */
  nextId(): string {
    this.#lastId += 1
    return String(this.#lastId)
  }

  began(id: string, call: Cancellable): void {
    this.#calls.set(id, { call })
  }

  sentTo(id: string, peer: string): void {
    const running = this.#calls.get(id)
    if (running !== undefined) running.peer = peer
  }

  ended(id: string): void {
    this.#calls.delete(id)
  }

  /** Ends what waits for a peer that does not answer, so that its callers can go elsewhere while there is time. */
  giveUpOn(peer: string): void {
    for (const running of [...this.#calls.values()]) if (running.peer === peer) running.call.cancel()
  }
}
