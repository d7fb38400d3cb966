import { Metadata } from '@grpc/grpc-js'
import type { Client, ServiceError } from '@grpc/grpc-js'
import { deadlineExceeded } from '@votestream/errors'
import { CALL_ID_KEY } from './balancing.js'
import { REQUEST_ID_KEY } from './call-context.js'
import { callFailure } from './call-failure.js'
import { markNeverSent } from './never-sent.js'
import type { RunningCalls } from './running-calls.js'
import type { AnyMethod } from './service-types.js'

export interface OutgoingCall {
  readonly method: AnyMethod
  readonly request: unknown
  readonly requestId: string
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

// Messages are coded outside grpc-js: there, a bug in coding would look like a failure of transport.
const asIs = (bytes: Buffer): Buffer => bytes

/** What calls are made with. */
export interface Caller {
  readonly client: Client
  readonly calls: RunningCalls
}

const metadataOf = (call: OutgoingCall, id: string): Metadata => {
  const metadata = new Metadata()
  metadata.set(CALL_ID_KEY, id)
  metadata.set(REQUEST_ID_KEY, call.requestId)
  return metadata
}

const refuseWhenAborted = (call: OutgoingCall): void => {
  if (call.signal?.aborted !== true) return
  throw markNeverSent(deadlineExceeded('CANCELLED', 'the call was cancelled before it began'))
}

/** A call's peer is the channel's target until the call is given to a connection; from then on it is that connection's address. */
const wasSent = (client: Client, peer: string): boolean => peer !== client.getChannel().getTarget()

const failureOf = (client: Client, call: OutgoingCall, peer: string, error: ServiceError) =>
  callFailure(error, { sent: wasSent(client, peer), cancelled: call.signal?.aborted === true })

/** Makes one unary call; rejects with an AppError. */
export async function unaryCall({ client, calls }: Caller, call: OutgoingCall): Promise<unknown> {
  refuseWhenAborted(call)
  const { method, signal } = call
  const request = method.requestSerialize(call.request)
  const id = calls.nextId()
  const response = await new Promise<Buffer>((resolve, reject) => {
    const done = (error: ServiceError | null, bytes?: Buffer) => {
      signal?.removeEventListener('abort', cancel)
      calls.ended(id)
      if (bytes !== undefined) resolve(bytes)
      else if (error !== null) reject(failureOf(client, call, running.getPeer(), error))
    }
    const options = { deadline: Date.now() + call.timeoutMs }
    const running = client.makeUnaryRequest(
      method.path,
      asIs,
      asIs,
      request,
      metadataOf(call, id),
      options,
      done,
    )
    calls.began(id, running)
    const cancel = () => running.cancel()
    signal?.addEventListener('abort', cancel)
  })
  return method.responseDeserialize(response)
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'metadata' in error && error.metadata instanceof Metadata

/** Makes one server-streaming call when its first message is asked for; throws an AppError after the messages that came before it. Leaving the loop cancels the call. */
export async function* streamCall(
  { client, calls }: Caller,
  call: OutgoingCall,
): AsyncGenerator<unknown, void> {
  refuseWhenAborted(call)
  const { method, signal } = call
  const request = method.requestSerialize(call.request)
  const id = calls.nextId()
  const options = { deadline: Date.now() + call.timeoutMs }
  const running = client.makeServerStreamRequest(
    method.path,
    asIs,
    asIs,
    request,
    metadataOf(call, id),
    options,
  )
  calls.began(id, running)
  const cancel = () => running.cancel()
  signal?.addEventListener('abort', cancel)
  try {
    for await (const bytes of running) yield method.responseDeserialize(bytes as Buffer)
  } catch (error) {
    throw isServiceError(error) ? failureOf(client, call, running.getPeer(), error) : error
  } finally {
    signal?.removeEventListener('abort', cancel)
    calls.ended(id)
    running.cancel()
  }
}
