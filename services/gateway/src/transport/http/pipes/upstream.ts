import { unavailable, type AppError } from '@votestream/errors'
import { request as httpRequest, type ClientRequest, type IncomingHttpHeaders } from 'node:http'

/** Where realtime answers. */
export interface Upstream {
  readonly host: string
  readonly port: number
}

/** realtime answers a handshake from memory, or after one read of 2.7 s at most. */
export const HANDSHAKE_WITHIN_MS = 2_900

const RETRY_AFTER_MS = 1_000

export const realtimeIsAway = (cause: unknown): AppError =>
  unavailable('UNAVAILABLE', 'Live results are unavailable: retry.', { retryAfterMs: RETRY_AFTER_MS, cause })

interface Forwarded {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Who is behind the request; realtime trusts our word for it. */
  readonly address: string
  readonly requestId: string
}

/** Opens a connection of its own to realtime; it fails when no head of an answer comes in time. */
export const openUpstream = ({ host, port }: Upstream, forwarded: Forwarded): ClientRequest => {
  const upstream = httpRequest({
    host,
    port,
    path: forwarded.path,
    headers: {
      ...forwarded.headers,
      'x-forwarded-for': forwarded.address,
      'x-request-id': forwarded.requestId,
    },
    setHost: false,
    agent: false,
  })
  const timer = setTimeout(
    () => upstream.destroy(new Error('no answer to the handshake in time')),
    HANDSHAKE_WITHIN_MS,
  )
  const answered = (): void => clearTimeout(timer)
  for (const event of ['response', 'upgrade', 'error', 'close']) upstream.once(event, answered)
  upstream.end()
  return upstream
}
