import { Registry } from 'prom-client'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { bindService, rpcClient, rpcServer } from '../src/index.js'
import type { CallContext, RpcClient, RpcClientOptions, RpcServer, RpcServerOptions } from '../src/index.js'

interface JsonMethod<Request, Response> {
  path: string
  requestStream: boolean
  responseStream: boolean
  requestSerialize: (value: Request) => Buffer
  requestDeserialize: (bytes: Buffer) => Request
  responseSerialize: (value: Response) => Buffer
  responseDeserialize: (bytes: Buffer) => Response
}

const jsonMethod = <Request, Response>(
  name: string,
  responseStream: boolean,
): JsonMethod<Request, Response> => ({
  path: `/test.v1.EchoService/${name}`,
  requestStream: false,
  responseStream,
  requestSerialize: (value) => Buffer.from(JSON.stringify(value)),
  requestDeserialize: (bytes) => JSON.parse(bytes.toString()) as Request,
  responseSerialize: (value) => Buffer.from(JSON.stringify(value)),
  responseDeserialize: (bytes) => JSON.parse(bytes.toString()) as Response,
})

export interface Said {
  readonly text: string
}

/** A service whose messages are JSON, so that this package needs no .proto of its own. */
export const echoDefinition = {
  Say: jsonMethod<Said, Said>('Say', false),
  Recite: jsonMethod<Said, Said>('Recite', true),
}
export type EchoDefinition = typeof echoDefinition
export type Say = (request: Said, context: CallContext) => Promise<Said>
export type Recite = (request: Said, context: CallContext) => AsyncIterable<Said>

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string }

/** A logger that keeps its lines. */
export const keepingLogger = (
  lines: LogLine[] = [],
): { lines: LogLine[]; logger: RpcServerOptions['logger'] } => {
  const log = (fields: object, msg: string) => lines.push({ ...fields, msg })
  const logger = { debug: log, info: log, warn: log, error: log } as unknown as RpcServerOptions['logger']
  return { lines, logger }
}

export interface EchoServer extends AsyncDisposable {
  readonly server: RpcServer
  readonly address: string
  readonly registry: Registry
  readonly lines: LogLine[]
}

const sayBack: Say = (request) => Promise.resolve(request)
async function* reciteNothing(): AsyncGenerator<Said> {}

export const startEchoServer = async (
  handlers: { Say?: Say; Recite?: Recite } = {},
  options: Partial<RpcServerOptions> = {},
): Promise<EchoServer> => {
  const registry = new Registry()
  const { lines, logger } = keepingLogger()
  const services = [bindService(echoDefinition, { Say: sayBack, Recite: reciteNothing, ...handlers })]
  const listening = { host: '127.0.0.1', port: 0, shutdownGraceMs: 500 }
  const base = { ...listening, logger, registry, services, health: {}, ready: () => true }
  const server = rpcServer({ ...base, ...options })
  await server.start()
  const address = `127.0.0.1:${server.port}`
  return { server, address, registry, lines, [Symbol.asyncDispose]: () => server.stop() }
}

export interface EchoClient extends AsyncDisposable, RpcClient<EchoDefinition> {
  readonly registry: Registry
}

export const startEchoClient = async (
  addresses: string,
  options: Partial<RpcClientOptions> = {},
): Promise<EchoClient> => {
  const registry = new Registry()
  const base = { logger: keepingLogger().logger, registry, name: 'echo', timeoutMs: 2_000 }
  const client = rpcClient(echoDefinition, { addresses, ...base, ...options })
  await client.start()
  return { ...client, registry, [Symbol.asyncDispose]: () => client.stop() }
}

/** A server with its client. */
export const openPair = async (
  handlers: { Say?: Say; Recite?: Recite } = {},
  options: Partial<RpcServerOptions> = {},
): Promise<AsyncDisposable & EchoServer & { client: EchoClient }> => {
  const echo = await startEchoServer(handlers, options)
  const client = await startEchoClient(echo.address)
  const close = async () => {
    await client.stop()
    await echo.server.stop()
  }
  return { ...echo, client, [Symbol.asyncDispose]: close }
}

/** A TCP listener that does with each connection what the test says; closes them all at the end. */
export const listenTcp = async (
  onConnection: (socket: Socket) => void,
): Promise<AsyncDisposable & { address: string; sockets: Set<Socket> }> => {
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => listener.close(resolve))
  }
  const { port } = listener.address() as AddressInfo
  return { address: `127.0.0.1:${port}`, sockets, [Symbol.asyncDispose]: close }
}

/** A port that nobody listens on. */
export const aFreePort = async (): Promise<number> => {
  await using listener = await listenTcp(() => undefined)
  return Number(listener.address.split(':')[1])
}

/** What a promise rejects with; fails when it does not. */
export const rejectionOf = async (promise: Promise<unknown>): Promise<unknown> => {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`did not reject, but gave ${JSON.stringify(value)}`)
}

/** A promise with its settling functions. */
export const deferred = <T>() => {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
