import { createHash } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A realtime that switches to WebSocket and then says back what it hears, and writes an event each time it is told to. */
export interface FakeRealtime extends AsyncDisposable {
  readonly port: number
  readonly handshakes: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders }[]
  readonly streams: Duplex[]
  readonly events: ServerResponse[]
  /** Event streams whose client has left. */
  left: number
  /** `drains`: says 503 to every stream; `hangs`: says nothing to anybody. */
  state: 'well' | 'drains' | 'hangs'
}

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

const acceptOf = (key: string | undefined): string =>
  createHash('sha1')
    .update(`${key ?? ''}${ACCEPT_GUID}`)
    .digest('base64')

const DRAINS = JSON.stringify({ type: 'about:blank', status: 503, reason: 'RESTARTING' })
const PROBLEM = JSON.stringify({ type: 'about:blank', status: 404, reason: 'POLL_NOT_FOUND' })

export const startFakeRealtime = async (): Promise<FakeRealtime> => {
  const sockets = new Set<Socket>()
  const handshakes: FakeRealtime['handshakes'] = []
  const streams: Duplex[] = []
  const events: ServerResponse[] = []
  const self: Pick<FakeRealtime, 'left' | 'state'> = { left: 0, state: 'well' }
  const note = ({ url, headers }: IncomingMessage) => handshakes.push({ url, headers })

  const server = createServer((request, response) => {
    if (self.state === 'hangs') return
    if (request.url === '/') {
      response.writeHead(404).end() // how the gateway asks whether realtime answers
      return
    }
    note(request)
    if (self.state === 'drains') {
      response.writeHead(503, { 'Content-Type': 'application/problem+json', 'Retry-After': '5' }).end(DRAINS)
      return
    }
    if (request.url === '/polls/404/events') {
      response.writeHead(404, { 'Content-Type': 'application/problem+json' }).end(PROBLEM)
      return
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
    response.flushHeaders()
    response.once('close', () => (self.left += 1))
    events.push(response)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    note(request)
    socket.on('error', () => socket.destroy())
    if (self.state === 'hangs') return
    if (self.state === 'drains') {
      socket.end(
        `HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 5\r\nContent-Length: ${DRAINS.length}\r\nConnection: close\r\n\r\n${DRAINS}`,
      )
      return
    }
    if (request.url === '/polls/404/stream') {
      socket.end(
        `HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\nContent-Length: ${PROBLEM.length}\r\nConnection: close\r\n\r\n${PROBLEM}`,
      )
      return
    }
    if (request.url === '/polls/666/stream') return // never answers
    const accept = acceptOf(request.headers['sec-websocket-key'])
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\nhello`,
    )
    streams.push(socket)
    socket.write(head)
    socket.pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    port: (server.address() as AddressInfo).port,
    handshakes,
    streams,
    events,
    get left() {
      return self.left
    },
    get state() {
      return self.state
    },
    set state(state) {
      self.state = state
    },
    [Symbol.asyncDispose]: async () => {
      if (!server.listening) return
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
