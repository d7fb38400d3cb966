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

/** The streams that are open, each as the way to end it. */
export type OpenStreams = Set<() => void>
