import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface TcpTarget {
  readonly host: string
  readonly port: number
}

/** A way to a server, on a loopback port of its own, for the faults that the server cannot be asked for. */
export interface TcpProxy extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** `host:port` of the proxy. */
  readonly address: string
  /** The URL of the server with the proxy's address in it. */
  through(url: string): string
  /** Breaks every connection and refuses new ones: a machine that was restarted, a process that died. */
  cut(): Promise<void>
  /** Takes connections again after a cut, on the same port. */
  mend(): Promise<void>
  /**
   * Nothing passes any more, not even an end, and nobody is told: a stopped process, a firewall that forgot. New
   * connections are taken, as a stopped process' system takes them, and stay silent.
   */
  freeze(): void
  /** What came meanwhile passes, in order, and so does everything after it. */
  thaw(): void
  /** Breaks every connection for good; disposing does the same. */
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1'

/** Opens a proxy to `target`. */
export async function tcpProxy(target: TcpTarget): Promise<TcpProxy> {
  const pairs = new Set<Pair>()
  let isFrozen = false
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    const far = connect({ ...target, allowHalfOpen: true })
    const pair = joined(near, far)
    pairs.add(pair)
    void Promise.all([gone(near), gone(far)]).then(() => pairs.delete(pair))
    if (!isFrozen) pair.flow()
  })
  const listen = async (port: number): Promise<void> => {
    server.listen(port, LOOPBACK)
    await once(server, 'listening')
  }
  const cut = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const pair of pairs) pair.destroy()
    await closed
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    host: LOOPBACK,
    port,
    address: `${LOOPBACK}:${port}`,
    through: (url) => Object.assign(new URL(url), { host: `${LOOPBACK}:${port}` }).href,
    cut,
    mend: () => (server.listening ? Promise.resolve() : listen(port)),
    freeze: () => {
      isFrozen = true
      for (const pair of pairs) pair.hold()
    },
    thaw: () => {
      isFrozen = false
      for (const pair of pairs) pair.flow()
    },
    close: cut,
    [Symbol.asyncDispose]: cut,
  }
}

const gone = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()))

interface Pair {
  hold(): void
  flow(): void
  destroy(): void
}

/** Two sockets that pass on what they get, unless they are held: then it waits in the system's buffers, as it would elsewhere. */
function joined(near: Socket, far: Socket): Pair {
  const ways = [
    [near, far],
    [far, near],
  ] as const
  let isHeld = true
  const lost: (() => void)[] = []
  for (const [from, to] of ways) {
    from.on('error', () => undefined) // what follows, `close`, is enough
    from.on('close', (hadError) => {
      const pass = () => (hadError ? to.resetAndDestroy() : to.end())
      if (isHeld) lost.push(pass)
      else pass()
    })
  }
  return {
    hold: () => {
      isHeld = true
      for (const [from, to] of ways) from.unpipe(to).pause()
    },
    flow: () => {
      if (!isHeld) return
      isHeld = false
      for (const [from, to] of ways) from.pipe(to)
      for (const pass of lost.splice(0)) pass()
    },
    destroy: () => {
      near.destroy()
      far.destroy()
    },
  }
}
