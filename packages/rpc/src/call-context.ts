import type { ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js'
import { deadlineExceeded } from '@votestream/errors'
import { randomUUID } from 'node:crypto'
import type { CallContext } from './service-types.js'
import { MAX_DEADLINE_MS } from './settings.js'

export type ServerCall = ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown>

export const REQUEST_ID_KEY = 'x-request-id'
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/

const requestIdOf = (call: ServerCall): string => {
  const [value] = call.metadata.get(REQUEST_ID_KEY)
  return typeof value === 'string' && REQUEST_ID.test(value) ? value : randomUUID()
}

const deadlineOf = (call: ServerCall, nowMs: number): number => {
  const asked = call.getDeadline()
  return Math.min(asked instanceof Date ? asked.getTime() : asked, nowMs + MAX_DEADLINE_MS)
}

export interface OpenCall {
  readonly context: CallContext
  /** Rejects with the signal's reason when the signal aborts, otherwise never settles. */
  readonly aborted: Promise<never>
  /** Ends the deadline's timer; the signal does not change any more. */
  close(): void
}

/** Opens the context of a call that has just arrived. */
export function openCall(call: ServerCall): OpenCall {
  const controller = new AbortController()
  const deadlineAt = deadlineOf(call, Date.now())
  const abort = () => {
    controller.abort(deadlineExceeded('DEADLINE_EXCEEDED', 'the caller has left or its deadline has passed'))
  }
  const aborted = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener('abort', () => {
      reject(controller.signal.reason as Error)
    })
  })
  aborted.catch(() => undefined) // the handler may have answered before: then nobody waits for this
  // gRPC enforces the deadline that the caller set; this timer covers callers that set none, or one too far away.
  const timer = setTimeout(abort, deadlineAt - Date.now())
  call.once('cancelled', abort)
  const close = () => {
    clearTimeout(timer)
    call.off('cancelled', abort)
  }
  return { context: { requestId: requestIdOf(call), signal: controller.signal, deadlineAt }, aborted, close }
}
