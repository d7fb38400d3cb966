import type { Clock, Component } from '@votestream/runtime'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { RequestMeter } from '../../domain/ports.js'
import { makeClientErrorListener } from './client-error.js'
import type { Arrival, Dispatch } from './dispatch.js'
import type { Exchange } from './exchange.js'
import { OpenExchanges } from './open-exchanges.js'
import { ignoreUpgrade, wantsStream } from './ignore-upgrade.js'
import { EVENTS_TEMPLATE, type Pipes } from './pipes/pipes.js'
import { methodNotAllowed, Problem } from './problem.js'
import { answerRaw } from './raw-answer.js'
import { readRequestId } from './request-id.js'

/** A hall of people connects at once; Node's 511 would drop some, who then wait a second for their system's retry. The kernel has the last word (somaxconn). */
const BACKLOG = 4_096

/** API.md: 16 KiB of headers, and 10 s to send them. */
const MAX_HEADER_BYTES = 16 * 1024
const HEADERS_WITHIN_MS = 10_000
const REQUEST_WITHIN_MS = 15_000
/** Longer than nginx keeps an idle connection to us (60 s): else it would send a request into one that we are closing. */
const KEEP_ALIVE_MS = 65_000
/** A client's requests spread over the replicas again after so many. */
const REQUESTS_PER_CONNECTION = 1_000
/** Node looks for late requests this often; its default of 30 s would make the limits above three times as long. */
const TIMEOUT_CHECK_MS = 1_000
/** Every answer comes within 3 s; what is still open then is cut. */
const DRAIN_WITHIN_MS = 4_000

interface Deps {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  readonly dispatch: Dispatch
  readonly pipes: Pipes
  readonly meter: RequestMeter
  readonly clock: Clock
}

export interface HttpServer extends Component {
  start(): Promise<void>
  stop(): Promise<void>
  /** The bound port; 0 before start(). */
  readonly port: number
}

/** Makes the public server. stop() accepts nothing new, lets running requests end and closes streams at once. */
export const httpServer = (deps: Deps): HttpServer => {
  const open = new OpenExchanges()
  let draining = false
  const server = listeningServer(deps, open, (request, response) => {
    const arrival = deps.dispatch(request, response)
    const { exchange } = arrival
    if (draining) exchange.headers.Connection = 'close'
    open.add(exchange)
    measure(exchange, deps)
    return arrival
  })

  return {
    get port() {
      return (server.address() as AddressInfo | null)?.port ?? 0
    },
    start: () => listen(server, deps),
    stop: async () => {
      draining = true
      for (const { headers, response } of open.all()) {
        headers.Connection = 'close'
        // For those whose head is out already: Node would keep their connections for the next request.
        response.once('close', () => server.closeIdleConnections())
      }
      const closed = new Promise((resolve) => server.close(resolve))
      open.endUnused()
      deps.pipes.close()
      const limit = deps.clock.setTimeout(() => server.closeAllConnections(), DRAIN_WITHIN_MS)
      await closed
      limit.cancel()
    },
  }
}

type Begin = (request: IncomingMessage, response: ServerResponse) => Arrival

/** A server with its limits, and an answer for whatever Node would answer without a body, or not at all. */
const listeningServer = ({ pipes }: Deps, open: OpenExchanges, begin: Begin): Server => {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_WITHIN_MS,
      requestTimeout: REQUEST_WITHIN_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      requireHostHeader: false, // assertWellFormed says it in a problem
    },
    (request, response) => void begin(request, response).run(),
  )
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION
  server.maxHeadersCount = 0 // beyond its default of 2,000 Node drops headers without a word; the bytes are limited anyway
  open.watch(server)
  server.on('clientError', makeClientErrorListener(open))
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    const { exchange, run } = begin(request, response)
    exchange.awaitsContinue = true
    void run()
  })
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const detail = 'The only expectation that is met here is 100-continue.'
    void begin(request, response).exchange.answerProblem(new Problem(417, 'EXPECTATION_FAILED', detail))
  })
  server.on('connect', refuseConnect)
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (wantsStream(request)) pipes.upgrade(request, socket, head)
    else ignoreUpgrade(server, request, socket, head)
  })
  return server
}

const listen = (server: Server, { host, port }: Deps): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve()
    })
  })

/** A stream lasts as long as its viewer: realtime counts those. */
const measure = (exchange: Exchange, { meter, clock }: Deps): void => {
  const { requestId, template, request, response, startedAtMs } = exchange
  if (template === EVENTS_TEMPLATE) return
  response.once('finish', () => {
    const seconds = (clock.monotonicMs() - startedAtMs) / 1_000
    meter.answered({
      requestId,
      route: template ?? 'other',
      method: request.method ?? '',
      status: response.statusCode,
      seconds,
    })
  })
}

const refuseConnect = (request: IncomingMessage, socket: Duplex): void => {
  socket.on('error', () => socket.destroy())
  answerRaw(socket, methodNotAllowed('GET, HEAD, POST'), readRequestId(request.headers['x-request-id']))
}
