import type { Clock, Component } from '@votestream/runtime'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { OpenStreams } from '../../app/open-streams.js'
import type { Handlers } from './handlers.js'

export interface HttpServerOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  readonly maxStreams: number
  /** Over how long a stop spreads the ends of its streams. */
  readonly drainMs: number
  readonly handlers: Handlers
  readonly streams: OpenStreams
  readonly clock: Clock
}

export interface HttpServer extends Required<Component> {
  /** The bound port; 0 while there is none. */
  readonly port: number
}

// A handshake is one short request. Keep-alive outlasts any proxy's in front of us, so that it is they who close.
const settings = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
}
/** Connections beyond the streams: handshakes on their way, and refusals. */
const SPARE_CONNECTIONS = 1_000
/** What clients may take to answer the good-bye of a stop. */
const GOODBYE_MS = 1_000

/** Serves streams over HTTP; a stop refuses new ones and ends the open ones, one after another. */
export const httpServer = (options: HttpServerOptions): HttpServer => {
  const { host, port, maxStreams, drainMs, handlers, streams, clock } = options
  const sockets = new Set<Socket>()
  const server = createServer(settings)
  server.maxConnections = maxStreams + SPARE_CONNECTIONS
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('request', (request, response) => void handlers.onRequest(request, response))
  server.on('upgrade', (request, socket, head) => void handlers.onUpgrade(request, socket, head))
  server.on('clientError', (error, socket) => handlers.onClientError(error, socket))

  return {
    get port() {
      return (server.address() as AddressInfo | null)?.port ?? 0
    },
    start: async () => {
      server.listen({ host, port })
      await once(server, 'listening') // rejects with the server's 'error'
    },
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      await streams.drain(drainMs, clock)
      const cut = clock.setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, GOODBYE_MS)
      await closed
      cut.cancel()
    },
  }
}
