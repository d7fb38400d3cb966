import type { MethodDefinition } from '@grpc/grpc-js'

/** The methods that a definition names; its index signature is left out. */
export type MethodName<D> = keyof {
  [M in keyof D as string extends M ? never : number extends M ? never : M]: D[M]
} &
  keyof D

/** What a client gives to a method. */
export type RequestInput<D, M extends keyof D> = D[M] extends {
  requestSerialize: (value: infer T) => unknown
}
  ? T
  : never

/** What a handler receives: every field is there. */
export type RequestOutput<D, M extends keyof D> = D[M] extends {
  requestDeserialize: (bytes: Buffer) => infer T
}
  ? T
  : never

/** What a handler answers with. */
export type ResponseInput<D, M extends keyof D> = D[M] extends {
  responseSerialize: (value: infer T) => unknown
}
  ? T
  : never

/** What a client receives: every field is there. */
export type ResponseOutput<D, M extends keyof D> = D[M] extends {
  responseDeserialize: (bytes: Buffer) => infer T
}
  ? T
  : never

/** What a handler knows about its call. */
export interface CallContext {
  /** Ties the log lines of one request together over all services; 1 to 64 characters. */
  readonly requestId: string
  /** Aborted with an AppError as its reason once nobody waits for the answer: the caller left or the deadline has passed. */
  readonly signal: AbortSignal
  /** Epoch milliseconds; every call has a deadline. */
  readonly deadlineAt: number
}

/** One handler for each method: a promise for a unary method, an AsyncIterable for a server-streaming one. */
export type Handlers<D> = {
  readonly [M in MethodName<D>]: (
    request: RequestOutput<D, M>,
    context: CallContext,
  ) => Promise<ResponseInput<D, M>> | AsyncIterable<ResponseInput<D, M>>
}

/** One method with its types erased: what the wire needs. */
export type AnyMethod = MethodDefinition<unknown, unknown>
export type AnyHandler = (request: unknown, context: CallContext) => Promise<unknown> | AsyncIterable<unknown>

/** A definition with its handlers; made by `bindService`, taken by `rpcServer`. */
export interface ServiceBinding {
  readonly methods: readonly { readonly method: AnyMethod; readonly handler: AnyHandler }[]
}

/** Says now whether an engine or a service works; null when it is not configured. One that takes longer than 1 s, or throws, has said no. */
export type HealthCheck = () => boolean | null | Promise<boolean | null>
