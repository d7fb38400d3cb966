import { toAppError } from '@votestream/errors'
import type { Logger } from '@votestream/runtime'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { StreamMeter } from '../../domain/ports.js'
import { checkHandshake, upgradeMissing } from '../ws/handshake.js'
import type { ServeWebSocket } from '../ws/web-socket-stream.js'
import type { ServeEvents } from './event-stream.js'
import { checkOrigin } from './origin.js'
import { answerProblem, badHandshake, Problem, problemOf, refuseOnSocket } from './problem.js'
import { requestIdOf } from './request-id.js'
import { routeOf } from './route.js'

export interface HandlerDeps {
  readonly serveWebSocket: ServeWebSocket
  readonly serveEvents: ServeEvents
  readonly allowedOrigins: readonly string[]
  readonly meter: StreamMeter
  readonly logger: Logger
}

/** What an HTTP server does with what arrives. */
export interface Handlers {
  onRequest(request: IncomingMessage, response: ServerResponse): Promise<void>
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>
  onClientError(error: NodeJS.ErrnoException, socket: Duplex): void
}

/** What Node's parser says of bytes that are no request: everything else is 400. */
const clientErrors: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: new Problem(431, 'HEADERS_TOO_LARGE', 'The headers may have 16 KiB.'),
  ERR_HTTP_REQUEST_TIMEOUT: new Problem(408, 'REQUEST_TIMEOUT', 'The request took too long to arrive.'),
}
const noRequest = new Problem(400, 'BAD_REQUEST', 'This is no HTTP request.')

export const makeHandlers = ({
  serveWebSocket,
  serveEvents,
  allowedOrigins,
  meter,
  logger,
}: HandlerDeps): Handlers => {
  const refusalOf = (error: unknown, requestId: string): Problem => {
    const problem = problemOf(error)
    const isBug = !(error instanceof Problem) && toAppError(error).code === 'internal'
    if (isBug) logger.error({ err: error, requestId }, 'a stream could not be opened')
    meter.refused(problem.reason)
    return problem
  }

  return {
    onRequest: async (request, response) => {
      const requestId = requestIdOf(request)
      request.resume() // a body is of no interest, but must not stay in the way of the next request
      try {
        const { kind, pollId } = routeOf(request)
        if (kind === 'stream') throw upgradeMissing()
        checkOrigin(request, allowedOrigins)
        await serveEvents(request, response, pollId, requestId)
      } catch (error) {
        answerProblem(response, refusalOf(error, requestId), requestId)
      }
    },
    onUpgrade: async (request, socket, head) => {
      const requestId = requestIdOf(request)
      socket.on('error', () => undefined) // 'close' follows
      try {
        const { kind, pollId } = routeOf(request)
        if (kind === 'events') throw badHandshake('This is no WebSocket: ask without Upgrade.')
        checkHandshake(request)
        checkOrigin(request, allowedOrigins)
        await serveWebSocket({ request, socket, head, requestId }, pollId)
      } catch (error) {
        refuseOnSocket(socket, refusalOf(error, requestId), requestId)
      }
    },
    onClientError: ({ code = '' }, socket) => {
      if (code === 'ECONNRESET' || !socket.writable) socket.destroy()
      else refuseOnSocket(socket, clientErrors[code] ?? noRequest, randomUUID())
    },
  }
}
