import { Client, status } from '@grpc/grpc-js'
import type { ServiceError } from '@grpc/grpc-js'
import { AppError, toAppError, unavailable } from '@votestream/errors'
import type { Component, Logger, Registry } from '@votestream/runtime'
import { randomUUID } from 'node:crypto'
import type { ServingStatus } from './ask-health.js'
import { balancing } from './balancing.js'
import type { PeerEvents } from './balancing.js'
import { streamCall, unaryCall } from './client-call.js'
import type { Caller, OutgoingCall } from './client-call.js'
import { keepConnected } from './keep-connected.js'
import { healthDefinition } from './health-service.js'
import { callMetrics, methodLabel } from './metrics.js'
import type { RecordCall } from './metrics.js'
import { markNeverSent } from './never-sent.js'
import { RunningCalls } from './running-calls.js'
import type { AnyMethod, MethodName, RequestInput, ResponseOutput } from './service-types.js'
import { MAX_DEADLINE_MS, clientOptions, silenceGrpc } from './settings.js'
import { grpcTarget } from './target.js'
import { clientCredentials, type GrpcTls } from './tls.js'

export interface RpcClientOptions {
  /** `host:port`, a list of `ip:port`, or a gRPC target such as `dns:///polls:50051`: see grpcTarget. */
  readonly addresses: string
  readonly logger: Logger
  readonly registry: Registry
  /** Names this client in the log. */
  readonly name: string
  /** The deadline of a call that sets none; at most MAX_DEADLINE_MS counts. */
  readonly timeoutMs: number
  /** Undefined: in the clear. */
  readonly tls?: GrpcTls | undefined
}

export interface CallOptions {
  /** `[A-Za-z0-9._-]{1,64}`; a new one is made without it. */
  readonly requestId?: string | undefined
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface RpcClient<D> extends Component {
  /** Begins to connect; does not wait for the server. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Calls a unary method; rejects with an AppError. */
  call<M extends MethodName<D>>(
    method: M,
    request: RequestInput<D, M>,
    options?: CallOptions,
  ): Promise<ResponseOutput<D, M>>
  /** Calls a server-streaming method when the loop begins; throws an AppError. Leaving the loop cancels the call. */
  stream<M extends MethodName<D>>(
    method: M,
    request: RequestInput<D, M>,
    options?: CallOptions,
  ): AsyncIterable<ResponseOutput<D, M>>
  /** Asks grpc.health.v1 how a service or an engine is: null when it is not configured or not known; throws an AppError when nobody answers. */
  health(service: string, timeoutMs: number): Promise<boolean | null>
}

const healthOf = async (answer: Promise<unknown>): Promise<boolean | null> => {
  try {
    const { status: serving } = (await answer) as { status: ServingStatus }
    return serving === 'SERVICE_UNKNOWN' ? null : serving === 'SERVING'
  } catch (error) {
    const cause = error instanceof AppError ? (error.cause as Partial<ServiceError> | undefined) : undefined
    if (cause?.code === status.NOT_FOUND) return null
    throw error
  }
}

const peerEvents = (calls: RunningCalls, { logger, name }: RpcClientOptions): PeerEvents => ({
  sentTo: (call, peer) => calls.sentTo(call, peer),
  leftOut: (peer) => {
    logger.warn({ client: name, peer }, 'a peer does not answer and is left out')
    calls.giveUpOn(peer)
  },
  takenBack: (peer) => logger.info({ client: name, peer }, 'a peer answers again'),
})

const makeCaller = (options: RpcClientOptions): Caller => {
  silenceGrpc()
  const calls = new RunningCalls()
  const balanced = { ...clientOptions, ...balancing(peerEvents(calls, options)) }
  const client = new Client(grpcTarget(options.addresses), clientCredentials(options.tls), balanced)
  return { client, calls }
}

/**
 * Makes a client of a service: deadlines on every call, AppErrors rebuilt, calls balanced over the peers that answer, connections restored within about
 * 1 s, metrics.
 */
export function rpcClient<D extends object>(definition: D, options: RpcClientOptions): RpcClient<D> {
  const caller = makeCaller(options)
  const { client } = caller
  const record = callMetrics('client', options.registry)
  let stopped = false

  const outgoing = (method: AnyMethod, request: unknown, call: CallOptions = {}): OutgoingCall => {
    if (stopped) throw markNeverSent(unavailable('UNREACHABLE', 'this client is stopped'))
    const timeoutMs = Math.min(call.timeoutMs ?? options.timeoutMs, MAX_DEADLINE_MS)
    return { method, request, requestId: call.requestId ?? randomUUID(), timeoutMs, signal: call.signal }
  }
  const methodOf = (name: PropertyKey): AnyMethod =>
    (definition as Record<PropertyKey, AnyMethod>)[name] as AnyMethod

  return {
    start() {
      keepConnected(client.getChannel(), options.logger, options.name)
      return Promise.resolve()
    },
    stop() {
      stopped = true
      client.close()
      return Promise.resolve()
    },
    async call(name, request, callOptions) {
      const measured = startMeasuring(record, methodOf(name))
      try {
        const call = outgoing(methodOf(name), request, callOptions)
        return (await unaryCall(caller, call)) as ResponseOutput<D, typeof name>
      } catch (error) {
        throw measured.failed(error)
      } finally {
        measured.end()
      }
    },
    async *stream(name, request, callOptions) {
      const measured = startMeasuring(record, methodOf(name))
      try {
        const call = outgoing(methodOf(name), request, callOptions)
        yield* streamCall(caller, call) as AsyncIterable<ResponseOutput<D, typeof name>>
      } catch (error) {
        throw measured.failed(error)
      } finally {
        measured.end()
      }
    },
    health(service, timeoutMs) {
      return healthOf(unaryCall(caller, outgoing(healthDefinition.Check, { service }, { timeoutMs })))
    },
  }
}

/** Measures one call: `failed` notes the error's code and hands the error back, `end` records. */
const startMeasuring = (record: RecordCall, method: AnyMethod) => {
  const startedAtMs = performance.now()
  let code = 'ok'
  return {
    failed(error: unknown) {
      code = toAppError(error).code
      return error
    },
    end() {
      record(methodLabel(method.path), code, startedAtMs)
    },
  }
}
