import type { Logger } from '@votestream/runtime'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Admit } from '../admission.js'
import { hasBody } from '../discard-body.js'
import { readPollId } from '../poll-id.js'
import { badRequest, methodNotAllowed, Problem } from '../problem.js'
import { answerRaw } from '../raw-answer.js'
import { readRequestId } from '../request-id.js'
import { problemBehind } from '../serve.js'
import { readTarget } from '../target.js'
import { joinSockets } from './join-sockets.js'
import { type OpenStreams, STREAM_TEMPLATE } from './pipes.js'
import { relayRefusal, relaySwitch } from './relay-head.js'
import { openUpstream, realtimeIsAway, type Upstream } from './upstream.js'

const STREAM_PATH = /^\/polls\/([^/]+)\/stream$/

interface Deps {
  readonly upstream: Upstream
  readonly admit: Admit
  readonly open: OpenStreams
  readonly logger: Logger
}

export const upgradeRequired = (): Problem =>
  new Problem(426, 'UPGRADE_REQUIRED', 'This path speaks WebSocket.', {
    headers: { Upgrade: 'websocket', Connection: 'Upgrade, close' },
  })

/**
 * Makes the pipe for WebSocket handshakes: realtime answers them, and once it has switched, bytes pass as they are. Until then nothing of
 * the client is passed on behind the handshake, or it could talk past the gateway to whatever else realtime serves.
 */
export const makePipeStream =
  (deps: Deps) =>
  (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const requestId = readRequestId(request.headers['x-request-id'])
    socket.on('error', () => socket.destroy())
    const budget: Record<string, string> = {}
    const refuse = (error: unknown): void => {
      const problem = problemBehind(error, { requestId, route: STREAM_TEMPLATE }, deps.logger)
      if (socket.writable) answerRaw(socket, problem, requestId, budget)
    }
    const connect = async (): Promise<void> => {
      assertHandshake(request)
      const address = await deps.admit(request, 'streams', budget)
      pipe(deps, { request, socket, head, address, requestId, budget, refuse })
    }
    connect().catch(refuse)
  }

export const isStreamPath = (path: string): boolean => STREAM_PATH.test(path)

/** Throws unless this is a handshake as it should be. */
const assertHandshake = (request: IncomingMessage): void => {
  const [, pollId = ''] = STREAM_PATH.exec(readTarget(request.url ?? '').path) ?? []
  if (request.method !== 'GET') throw methodNotAllowed('GET, HEAD')
  readPollId(pollId)
  if (hasBody(request)) throw badRequest('A handshake has no body.')
}

interface Client {
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** What came behind the handshake already. */
  readonly head: Buffer
  readonly address: string
  readonly requestId: string
  /** What is told of the address' budget. */
  readonly budget: Readonly<Record<string, string>>
  readonly refuse: (error: unknown) => void
}

const pipe = ({ upstream: where, open }: Deps, client: Client): void => {
  const { request, socket, head, address, requestId, budget, refuse } = client
  if (socket.destroyed) return
  const { path, query } = readTarget(request.url ?? '')
  const upstream = openUpstream(where, {
    path: query === '' ? path : `${path}?${query}`,
    headers: request.headers,
    address,
    requestId,
  })
  socket.once('close', () => upstream.destroy())
  upstream.once('error', (error) => refuse(realtimeIsAway(error)))
  upstream.once('response', (answer) =>
    relayRefusal(answer, socket, { ...budget, 'X-Request-Id': requestId }),
  )
  upstream.once('upgrade', (answer, upstreamSocket, upstreamHead) => {
    if (socket.destroyed) {
      upstreamSocket.destroy()
      return
    }
    relaySwitch(answer, socket, requestId)
    socket.write(upstreamHead)
    upstreamSocket.write(head)
    const end = (): void => void socket.destroy()
    open.add(end)
    socket.once('close', () => open.remove(end))
    joinSockets(socket, upstreamSocket)
  })
}
