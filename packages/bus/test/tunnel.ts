import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a server that can be harmed. */
export interface Tunnel extends AsyncDisposable {
  /** The server's url, by way of the tunnel. */
  readonly url: string
  /** Swallows everything without closing anything, as a frozen server does, or a firewall that forgot a connection. */
  swallow(on: boolean): void
  /** Closes every new connection at once. */
  refuse(on: boolean): void
  /** How many connections were made. */
  readonly made: number
  /** The ports that the server sees the open connections come from. */
  ports(): number[]
}

export const openTunnel = async (url: string): Promise<Tunnel> => {
  const target = new URL(url)
  const nears = new Set<Socket>()
  const fars = new Set<Socket>()
  let swallows = false
  let refuses = false
  let made = 0

  const join = (from: Socket, to: Socket, open: Set<Socket>): void => {
    open.add(from)
    from.on('data', (bytes) => {
      if (!swallows) to.write(bytes)
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      open.delete(from)
      if (!swallows) to.destroy()
    })
  }

  const server = createServer((near) => {
    made += 1
    if (refuses) return void near.destroy()
    const far = connect(Number(target.port), target.hostname)
    join(near, far, nears)
    join(far, near, fars)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const tunnelUrl = new URL(url)
  tunnelUrl.host = `127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url: tunnelUrl.href,
    swallow: (on) => void (swallows = on),
    refuse: (on) => void (refuses = on),
    get made() {
      return made
    },
    ports: () => [...fars].map(({ localPort }) => localPort ?? 0),
    [Symbol.asyncDispose]: async () => {
      for (const socket of [...nears, ...fars]) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
