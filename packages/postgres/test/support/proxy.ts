import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** What happens to a COMMIT on its way: it is lost, or it arrives and its answer is lost. */
export type CommitFault = 'request lost' | 'answer lost'

export interface Proxy extends AsyncDisposable {
  /** The database's URL by way of the proxy. */
  readonly url: string
  loseCommits(fault: CommitFault): void
  /** Nothing passes any more, and nobody is told: a dead machine, or a stopped process. */
  freeze(): void
  /** New messages pass again; what came while it was frozen is lost. */
  thaw(): void
  /** Breaks every connection and refuses new ones. */
  goDown(): Promise<void>
  comeUp(): Promise<void>
}

/** A TCP proxy in front of a database, for the faults that the database itself cannot be asked for. */
export const proxyTo = async (databaseUrl: string): Promise<Proxy> => {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let fault: CommitFault | undefined
  let isFrozen = false

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let losesAnswer = false
    for (const socket of [client, upstream]) {
      sockets.add(socket.on('error', () => undefined))
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (chunk) => {
      if (isFrozen) return
      const isCommit = fault !== undefined && chunk.includes('COMMIT')
      if (isCommit && fault === 'request lost') return void client.destroy()
      losesAnswer ||= isCommit
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (losesAnswer) client.destroy()
      else if (!isFrozen) client.write(chunk)
    })
  })

  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const goDown = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }

  await listen(0)
  const { port } = server.address() as AddressInfo
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${port}`
  return {
    url: url.href,
    loseCommits: (lost) => (fault = lost),
    freeze: () => (isFrozen = true),
    thaw: () => (isFrozen = false),
    goDown,
    comeUp: () => listen(port),
    [Symbol.asyncDispose]: goDown,
  }
}
