import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Exchange } from './exchange.js'
import type { OpenExchanges } from './open-exchanges.js'
import { badRequest, Problem } from './problem.js'
import { answerRaw } from './raw-answer.js'

const headersTooLarge = (): Problem =>
  new Problem(431, 'HEADERS_TOO_LARGE', 'The headers of a request may have 16 KiB.')

const requestTimeout = (): Problem =>
  new Problem(408, 'REQUEST_TIMEOUT', 'The request did not arrive in time.')

const problems: Readonly<Record<string, () => Problem>> = {
  HPE_HEADER_OVERFLOW: headersTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: headersTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: requestTimeout,
}

const problemFor = (code: string | undefined): Problem => {
  const known = code !== undefined && Object.hasOwn(problems, code) ? problems[code] : undefined
  return known?.() ?? badRequest('This is not a valid HTTP request.')
}

/** Every answer that is still due comes within 3 s; what hangs on a connection that cannot be read any more is cut off then. */
const CUT_OFF_MS = 4_000

/**
 * Answers what the HTTP parser refuses. A fault in the body of the one open request is answered as that request; after a fault behind open
 * requests those are answered and the connection is closed, because an answer to the fault would be taken for theirs.
 */
export const makeClientErrorListener = (open: OpenExchanges): ((error: Error, socket: Socket) => void) => {
  const refused = new WeakSet<Socket>()
  return (error, socket) => {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    // Whatever follows on this connection fails again: it has been answered.
    if (refused.has(socket)) return
    refused.add(socket)
    const timer = setTimeout(() => socket.destroy(), CUT_OFF_MS)
    socket.once('close', () => clearTimeout(timer))

    const exchanges = open.on(socket)
    const last = exchanges.at(-1)
    if (last === undefined) answerRaw(socket, problemFor(code), randomUUID())
    else if (!last.request.complete && exchanges.length === 1) void last.abortWith(problemFor(code))
    else closeAfter(exchanges, socket)
  }
}

const closeAfter = (exchanges: readonly Exchange[], socket: Socket): void => {
  let unanswered = exchanges.length
  for (const { response } of exchanges) {
    response.once('close', () => {
      unanswered -= 1
      if (unanswered === 0) socket.destroySoon()
    })
  }
}
