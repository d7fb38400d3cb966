import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from '@jest/globals'
import { eventually } from './eventually.js'
import { tcpProxy, type TcpProxy } from './tcp-proxy.js'

interface Echo extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly connections: readonly Socket[]
}

/** Sends back what it gets, and ends when its client does. */
async function anEcho(): Promise<Echo> {
  const connections: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.push(socket.on('error', () => undefined))
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of connections) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Client extends Disposable {
  readonly socket: Socket
  heard(): string
}

function aClient({ host, port }: TcpProxy): Client {
  const socket = connect({ host, port }).on('error', () => undefined)
  let heard = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk))
  return { socket, heard: () => heard, [Symbol.dispose]: () => socket.destroy() }
}

/** Time for a byte that is not held to make its way many times over. */
const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))

test('passes everything on, in both directions, to the end', async () => {
  await using echo = await anEcho()
  await using proxy = await tcpProxy(echo)
  const everything = 'x'.repeat(3_000_000)

  const socket = connect(proxy)
  socket.end(everything)

  expect(await text(socket)).toBe(everything)
})

test('a frozen one passes nothing and closes nothing; thawed it passes all, in order', async () => {
  await using echo = await anEcho()
  await using proxy = await tcpProxy(echo)
  using client = aClient(proxy)
  client.socket.write('a')
  await eventually(() => expect(client.heard()).toBe('a'))

  proxy.freeze()
  client.socket.write('b')
  await aMoment()
  client.socket.write('c')
  await aMoment()
  const whileFrozen = client.heard()
  proxy.thaw()
  client.socket.write('d')

  expect(whileFrozen).toBe('a')
  await eventually(() => expect(client.heard()).toBe('abcd'))
})

test('a frozen one takes connections, and serves them when it is thawed', async () => {
  await using echo = await anEcho()
  await using proxy = await tcpProxy(echo)
  proxy.freeze()

  using client = aClient(proxy)
  await once(client.socket, 'connect')
  client.socket.write('a')
  await aMoment()
  const whileFrozen = client.heard()
  proxy.thaw()

  expect(whileFrozen).toBe('')
  await eventually(() => expect(client.heard()).toBe('a'))
})

test('a client that leaves a frozen one is missed by the server only when it is thawed', async () => {
  await using echo = await anEcho()
  await using proxy = await tcpProxy(echo)
  using client = aClient(proxy)
  client.socket.write('a')
  await eventually(() => expect(client.heard()).toBe('a'))

  proxy.freeze()
  client.socket.destroy()
  await aMoment()
  const whileFrozen = echo.connections.map(({ readableEnded }) => readableEnded)
  proxy.thaw()

  expect(whileFrozen).toEqual([false])
  await eventually(() => expect(echo.connections.map(({ readableEnded }) => readableEnded)).toEqual([true]))
})

test('a cut breaks what is open and refuses what is new, until it is mended', async () => {
  await using echo = await anEcho()
  await using proxy = await tcpProxy(echo)
  using before = aClient(proxy)
  before.socket.write('a')
  await eventually(() => expect(before.heard()).toBe('a'))

  await proxy.cut()
  await eventually(() => expect(before.socket.closed).toBe(true))
  const refused = once(connect(proxy), 'connect')
  await expect(refused).rejects.toThrow('ECONNREFUSED')

  await proxy.mend()
  using after = aClient(proxy)
  after.socket.write('b')
  await eventually(() => expect(after.heard()).toBe('b'))
})

test('a server that breaks a connection breaks it for the client', async () => {
  await using echo = await anEcho()
  await using proxy = await tcpProxy(echo)
  using client = aClient(proxy)
  const failures: string[] = []
  client.socket.on('error', ({ message }) => failures.push(message))
  client.socket.write('a')
  await eventually(() => expect(client.heard()).toBe('a'))

  echo.connections[0]?.resetAndDestroy()

  await eventually(() => expect(failures).toEqual(['read ECONNRESET']))
})

test('a client that breaks a frozen connection breaks it for the server only when it is thawed', async () => {
  await using echo = await anEcho()
  await using proxy = await tcpProxy(echo)
  using client = aClient(proxy)
  client.socket.write('a')
  await eventually(() => expect(client.heard()).toBe('a'))

  proxy.freeze()
  client.socket.resetAndDestroy()
  await aMoment()
  const whileFrozen = echo.connections.map(({ closed }) => closed)
  proxy.thaw()

  expect(whileFrozen).toEqual([false])
  await eventually(() => expect(echo.connections.map(({ closed }) => closed)).toEqual([true]))
})

test('a URL leads through it', async () => {
  await using echo = await anEcho()
  await using proxy = await tcpProxy(echo)

  expect(proxy.through('redis://me:secret@far.example:6379/2')).toBe(`redis://me:secret@${proxy.address}/2`)
})
