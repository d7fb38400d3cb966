import { type AppError, unavailable } from '@votestream/errors'
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** Where a replica of realtime answers. */
export interface Upstream {
  readonly host: string
  readonly port: number
}

const RETRY_AFTER_MS = 1_000

export const realtimeIsAway = (cause: unknown): AppError =>
  unavailable('UNAVAILABLE', 'Live results are unavailable: retry.', { retryAfterMs: RETRY_AFTER_MS, cause })

export interface Forwarded {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Who is behind the request; realtime trusts our word for it. */
  readonly address: string
  readonly requestId: string
}

/** How a replica answers: with a head, or by switching the protocol. */
export interface Reached {
  readonly answer: IncomingMessage
  /** The connection, and what came behind the head; undefined when the protocol was not switched. */
  readonly switched: { readonly socket: Duplex; readonly head: Buffer } | undefined
}

/**
 * Opens a connection of its own to one replica; rejects when no head of an answer comes in time, or when the client leaves. After the head
 * a client that leaves takes the connection with it.
 */
export const openUpstream = (
  { host, port }: Upstream,
  { path, headers, address, requestId }: Forwarded,
  { withinMs, left }: { readonly withinMs: number; readonly left: AbortSignal },
): Promise<Reached> =>
  new Promise((resolve, reject) => {
    const upstream = httpRequest({
      ...{ host, port, path, signal: left, setHost: false, agent: false },
      headers: { ...headers, 'x-forwarded-for': address, 'x-request-id': requestId },
    })
    const timer = setTimeout(
      () => upstream.destroy(new Error('no answer to the handshake in time')),
      withinMs,
    )
    for (const event of ['response', 'upgrade', 'error', 'close'])
      upstream.once(event, () => clearTimeout(timer))
    upstream.on('error', reject)
    upstream.once('close', () => reject(new Error('closed without an answer')))
    upstream.once('response', (answer) => resolve({ answer, switched: undefined }))
    upstream.once('upgrade', (answer, socket, head) => resolve({ answer, switched: { socket, head } }))
    upstream.end()
  })
