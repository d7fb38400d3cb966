import { errorMapping, toAppError } from '@votestream/errors'
import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** An answer that says what is wrong (RFC 9457); thrown by whatever finds the fault. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  /** A stable SCREAMING_SNAKE word that clients may switch on. */
  readonly reason: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, reason: string, detail: string, headers: Record<string, string> = {}) {
    super(detail)
    this.status = status
    this.reason = reason
    this.headers = headers
  }
}

export const badHandshake = (detail: string): Problem => new Problem(400, 'BAD_HANDSHAKE', detail)

// A status after which the same request may succeed always says when.
const DEFAULT_RETRY_MS = 1_000
const MS_PER_S = 1_000

/** How a client sees an error; an internal one says nothing of its cause. */
export const problemOf = (error: unknown): Problem => {
  if (error instanceof Problem) return error
  const { code, reason, message, retryAfterMs = DEFAULT_RETRY_MS } = toAppError(error)
  const { http, retryable } = errorMapping[code]
  const headers = retryable ? { 'Retry-After': String(Math.ceil(retryAfterMs / MS_PER_S)) } : {}
  return new Problem(http, reason, message, headers)
}

const bodyOf = ({ status, reason, message }: Problem, requestId: string): string =>
  JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    reason,
    request_id: requestId,
  })

const headersOf = (problem: Problem, body: string, requestId: string): Record<string, string> => ({
  'Content-Type': 'application/problem+json',
  'Content-Length': String(Buffer.byteLength(body)),
  'Cache-Control': 'no-store',
  'X-Request-Id': requestId,
  ...problem.headers,
})

/** Answers an ordinary request with a problem; a HEAD gets its headers. */
export const answerProblem = (response: ServerResponse, problem: Problem, requestId: string): void => {
  const body = bodyOf(problem, requestId)
  response
    .writeHead(problem.status, headersOf(problem, body, requestId))
    .end(response.req.method === 'HEAD' ? undefined : body)
}

/** Answers a handshake, or what was no request at all, with a problem on its bare socket, and closes that. */
export const refuseOnSocket = (socket: Duplex, problem: Problem, requestId: string): void => {
  const body = bodyOf(problem, requestId)
  const headers = headersOf(problem, body, requestId)
  const connection = [headers.Connection, 'close'].filter(Boolean).join(', ')
  const lines = Object.entries({ ...headers, Connection: connection }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  const head = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Error'}`
  // The server's sockets would stay half open after an end() of ours.
  socket.once('finish', () => socket.destroy())
  socket.end([head, ...lines, '', body].join('\r\n'))
}
