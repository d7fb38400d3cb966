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
import type { ReachRealtime } from './reach-realtime.js'

const STREAM_PATH = /^\/polls\/([^/]+)\/stream$/

interface Deps {
  readonly reach: ReachRealtime
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
      await pipe(deps, { request, socket, head, address, requestId, budget })
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
}

const pipe = async ({ reach, open }: Deps, client: Client): Promise<void> => {
  const { request, socket, head, address, requestId, budget } = client
  if (socket.destroyed) return
  const { path, query } = readTarget(request.url ?? '')
  const left = new AbortController()
  socket.once('close', () => left.abort())
  const asked = { path: query === '' ? path : `${path}?${query}`, headers: request.headers }
  const { answer, switched } = await reach({ ...asked, address, requestId }, left.signal)
  if (switched === undefined) {
    relayRefusal(answer, socket, { ...budget, 'X-Request-Id': requestId })
    return
  }
  if (left.signal.aborted) {
    switched.socket.destroy()
    return
  }
  relaySwitch(answer, socket, requestId)
  socket.write(switched.head)
  switched.socket.write(head)
  const end = (): void => void socket.destroy()
  open.add(end)
  socket.once('close', () => open.remove(end))
  joinSockets(socket, switched.socket)
}
