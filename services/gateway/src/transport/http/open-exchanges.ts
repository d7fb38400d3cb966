import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Exchange } from './exchange.js'

/** The exchanges of each connection that are not over, oldest first: pipelining allows several. */
export class OpenExchanges {
  readonly #bySocket = new Map<Socket, Set<Exchange>>()

  /** Follows the connections of a server. */
  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#bySocket.set(socket, new Set())
      socket.once('close', () => this.#bySocket.delete(socket))
    })
  }

  add(exchange: Exchange): void {
    const open = this.#bySocket.get(exchange.request.socket)
    open?.add(exchange)
    exchange.response.once('close', () => open?.delete(exchange))
  }

  on(socket: Socket): readonly Exchange[] {
    return [...(this.#bySocket.get(socket) ?? [])]
  }

  all(): readonly Exchange[] {
    return [...this.#bySocket.values()].flatMap((open) => [...open])
  }

  /** Ends the connections over which nothing came yet, as browsers keep them in reserve: Node does not take them for idle ones. */
  endUnused(): void {
    for (const socket of this.#bySocket.keys()) if (socket.bytesRead === 0) socket.destroy()
  }
}
