import type { Clock } from '@votestream/runtime'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { makeMessageAllowance } from '../../domain/message-allowance.js'
import type { Viewer } from '../../domain/ports.js'
import { badHandshake, refuseOnSocket } from '../http/problem.js'
import type { Reception, Welcome } from '../http/reception.js'
import { closeCode } from './close-code.js'
import { keepHeartbeat } from './heartbeat.js'

/** What a client may send in one message; it need not send anything. */
const MAX_MESSAGE_BYTES = 1024
const MAX_FRAGMENTS = 16
const MAX_BUFFERED_CHUNKS = 64
/** How long a client may take to answer a close, before it is cut off. */
const CLOSE_TIMEOUT_MS = 5_000

// A constant of its own, because ws's types do not know every setting.
const settings = {
  noServer: true,
  maxPayload: MAX_MESSAGE_BYTES,
  maxFragments: MAX_FRAGMENTS,
  maxBufferedChunks: MAX_BUFFERED_CHUNKS,
  closeTimeout: CLOSE_TIMEOUT_MS,
  perMessageDeflate: false, // it would cost each socket its own copy of every frame
  clientTracking: false,
  handleProtocols: () => false as const, // there are none to choose from
}

export interface WebSocketStreamDeps {
  readonly welcome: Reception
  readonly heartbeatMs: number
  readonly clock: Clock
}

/** A handshake: the request, its bare socket, and what came behind its head. */
export interface Handshake {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  readonly requestId: string
}

/** Serves a poll's results over a WebSocket; throws before anything is sent. */
export type ServeWebSocket = (handshake: Handshake, pollId: number) => Promise<void>

const viewerOf = (ws: WebSocket): Viewer => ({
  get backlogBytes() {
    return ws.bufferedAmount
  },
  send: ({ json }) => {
    if (ws.readyState === ws.OPEN) ws.send(json, { binary: false })
  },
  dismiss: () => ws.close(closeCode.overloaded, 'reads too slowly'),
  terminate: () => ws.terminate(),
})

const serve = (
  ws: WebSocket,
  socket: Duplex,
  { place, admission }: Welcome,
  deps: WebSocketStreamDeps,
): void => {
  ws.on('error', () => undefined) // ws closes it with the code that fits, and 'close' follows
  const seat = place.take(viewerOf(ws))
  socket.on('drain', () => seat.update())

  const isAllowed = makeMessageAllowance()
  const onSaid = (): void => {
    if (!isAllowed(deps.clock.monotonicMs())) ws.close(closeCode.policy, 'more than 10 messages a second')
    seat.checkBacklog() // each ping was answered with a pong
  }
  ws.on('message', onSaid)
  ws.on('ping', onSaid)

  keepHeartbeat(ws, deps.heartbeatMs, deps.clock)
  admission.opened('websocket', () => ws.close(closeCode.restart, 'restart'))
}

export const makeServeWebSocket = (deps: WebSocketStreamDeps): ServeWebSocket => {
  const server = new WebSocketServer(settings)
  const requestIds = new WeakMap<IncomingMessage, string>()
  const idOf = (request: IncomingMessage): string => requestIds.get(request) ?? ''
  server.on('headers', (headers, request) => headers.push(`X-Request-Id: ${idOf(request)}`))
  server.on('wsClientError', ({ message }, socket, request) =>
    refuseOnSocket(socket, badHandshake(message), idOf(request)),
  )

  return async ({ request, socket, head, requestId }, pollId) => {
    const welcome = await deps.welcome(request, pollId, requestId)
    if (socket.destroyed) {
      welcome.leave()
      return
    }
    requestIds.set(request, requestId)
    // When ws refuses it after all, the callback is not called: then the socket's end gives the place back.
    socket.once('close', welcome.leave)
    server.handleUpgrade(request, socket, head, (ws) => serve(ws, socket, welcome, deps))
  }
}
