import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Problem, problemBody, problemHeaders } from './problem.js'
import { securityHeaders } from './security-headers.js'

/** How long the other side may take to read the answer and to close. */
const LINGER_MS = 1_000

/** Answers with a problem on a socket for which there is no ServerResponse, and closes it. */
export const answerRaw = (
  socket: Duplex,
  problem: Problem,
  requestId: string,
  more: Readonly<Record<string, string>> = {},
): void => {
  const body = problemBody(problem, requestId)
  const headers = {
    ...securityHeaders,
    'X-Request-Id': requestId,
    'Cache-Control': 'no-store',
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    Date: new Date().toUTCString(),
    Connection: 'close',
    ...problemHeaders(problem),
    ...more,
  }
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  closeAfterAnswer(socket)
}

/** Gives the other side a moment to read the answer and to close, and no more. */
export const closeAfterAnswer = (socket: Duplex): void => {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
}
