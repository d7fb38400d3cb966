import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Handler } from '../routes.js'

export const EVENTS_TEMPLATE = '/polls/{id}/events'
export const STREAM_TEMPLATE = '/polls/{id}/stream'

/** The ways to realtime, for where no ingress routes to it. */
export interface Pipes {
  /** Takes every request that wants to upgrade its connection. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** GET /polls/{id}/events. */
  readonly events: Handler
  /** Ends every stream: their clients come back elsewhere. */
  close(): void
}

/** The streams that are open, each as the way to end it; one that opens after the close is ended at once. */
export class OpenStreams {
  readonly #ends = new Set<() => void>()
  #closed = false

  add(end: () => void): void {
    if (this.#closed) end()
    else this.#ends.add(end)
  }

  remove(end: () => void): void {
    this.#ends.delete(end)
  }

  close(): void {
    this.#closed = true
    for (const end of this.#ends) end()
  }
}
