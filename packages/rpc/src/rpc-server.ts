import { Server } from '@grpc/grpc-js'
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js'
import type { Component, Logger, Registry } from '@votestream/runtime'
import { healthDefinition, healthService, LIVENESS, READINESS } from './health-service.js'
import { callMetrics } from './metrics.js'
import { serveStream, serveUnary } from './serve-method.js'
import type { ServerSide } from './serve-method.js'
import type { HealthCheck, ServiceBinding } from './service-types.js'
import {
  DEFAULT_MAX_CONNECTION_AGE_MS,
  DEFAULT_SHUTDOWN_GRACE_MS,
  serverOptions,
  silenceGrpc,
} from './settings.js'
import { serverCredentials, type GrpcTls } from './tls.js'

export interface RpcServerOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly logger: Logger
  readonly registry: Registry
  readonly services: readonly ServiceBinding[]
  /** What grpc.health.v1 answers, by name: '' for the whole, each service's full name, and the engines. */
  readonly health: Readonly<Record<string, HealthCheck>>
  /** What /readyz says; grpc.health.v1 answers it as `readiness`, and `liveness` beside it. */
  readonly ready: () => boolean | string
  /** Undefined: whoever reaches the port is served, in the clear. */
  readonly tls?: GrpcTls | undefined
  readonly maxConnectionAgeMs?: number
  readonly shutdownGraceMs?: number
}

export interface RpcServer extends Component {
  start(): Promise<void>
  stop(): Promise<void>
  /** The port that was bound; 0 before start(). */
  readonly port: number
}

const definitionOf = (binding: ServiceBinding): ServiceDefinition =>
  Object.fromEntries(binding.methods.map(({ method }) => [method.path, method]))

const implementationOf = (binding: ServiceBinding, side: ServerSide): UntypedServiceImplementation =>
  Object.fromEntries(
    binding.methods.map(({ method, handler }) => [
      method.path,
      method.responseStream ? serveStream(side, method, handler) : serveUnary(side, method, handler),
    ]),
  )

const bind = (server: Server, { host, port, tls }: RpcServerOptions): Promise<number> => {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  return new Promise((resolve, reject) => {
    server.bindAsync(address, serverCredentials(tls), (error, bound) => {
      if (error === null) resolve(bound)
      else reject(error)
    })
  })
}

/** Lets running calls finish for `graceMs`, then cuts them off. */
const shutDown = (server: Server, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const limit = setTimeout(() => {
      server.forceShutdown()
      resolve()
    }, graceMs)
    server.tryShutdown(() => {
      clearTimeout(limit)
      resolve()
    })
  })

/**
 * Makes a gRPC server: AppErrors cross it in a trailer, anything else is logged once and told as "internal error"; every call has a
 * deadline; health, metrics and a graceful stop come with it. start() rejects when the address cannot be bound.
 */
export function rpcServer(options: RpcServerOptions): RpcServer {
  const { maxConnectionAgeMs = DEFAULT_MAX_CONNECTION_AGE_MS, shutdownGraceMs = DEFAULT_SHUTDOWN_GRACE_MS } =
    options
  silenceGrpc()
  const server = new Server(serverOptions(maxConnectionAgeMs))
  const stopping = new AbortController()
  const side = { logger: options.logger, record: callMetrics('server', options.registry) }
  for (const binding of options.services)
    server.addService(definitionOf(binding), implementationOf(binding, side))
  const probes = { [LIVENESS]: () => true, [READINESS]: () => options.ready() === true }
  server.addService(healthDefinition, healthService({ ...options.health, ...probes }, stopping.signal))
  let port = 0

  return {
    get port() {
      return port
    },
    async start() {
      port = await bind(server, options)
    },
    async stop() {
      stopping.abort()
      await shutDown(server, shutdownGraceMs)
    },
  }
}
