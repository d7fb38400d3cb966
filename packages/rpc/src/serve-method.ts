import type { ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js'
import { AppError, errorMapping, toAppError } from '@votestream/errors'
import type { Logger } from '@votestream/runtime'
import { once } from 'node:events'
import { openCall } from './call-context.js'
import type { OpenCall, ServerCall } from './call-context.js'
import { encodeErrorTrailer } from './error-trailer.js'
import { methodLabel } from './metrics.js'
import type { RecordCall } from './metrics.js'
import type { AnyHandler, AnyMethod, CallContext } from './service-types.js'

export interface ServerSide {
  readonly logger: Logger
  readonly record: RecordCall
}

type FailedStatus = ReturnType<typeof statusOf>

/** What the caller is told: an internal error says nothing of its cause. */
const publicError = (error: unknown): AppError => {
  const known = toAppError(error)
  return known.code === 'internal' ? new AppError('internal', 'INTERNAL', 'internal error') : known
}

const statusOf = (error: AppError) => ({
  code: errorMapping[error.code].grpc,
  details: error.reason, // the message travels in the trailer: this header cannot carry every string
  metadata: encodeErrorTrailer(error),
})

/** Adapts a promise handler to gRPC. */
export const serveUnary =
  (side: ServerSide, method: AnyMethod, handler: AnyHandler) =>
  (call: ServerUnaryCall<unknown, unknown>, respond: sendUnaryData<unknown>): void => {
    const answer = async (open: OpenCall) => {
      const running = handler(call.request, open.context) as Promise<unknown>
      respond(null, await untilAborted(side, method, open, running))
    }
    void runCall(side, method, call, answer, respond)
  }

/** Adapts an AsyncIterable handler to gRPC: the next message is asked for once the last one is on its way, and the iterator is closed when the caller leaves. */
export const serveStream =
  (side: ServerSide, method: AnyMethod, handler: AnyHandler) =>
  (call: ServerWritableStream<unknown, unknown>): void => {
    const answer = async (open: OpenCall) => {
      const messages = handler(call.request, open.context) as AsyncIterable<unknown>
      const iterator = messages[Symbol.asyncIterator]()
      try {
        for (;;) {
          const next = await untilAborted(side, method, open, iterator.next())
          if (next.done === true) break
          if (!call.write(next.value)) await Promise.race([once(call, 'drain'), open.aborted])
        }
        call.end()
      } finally {
        // Not awaited: a generator that hangs would hold the call for ever.
        iterator.return?.().catch((error: unknown) => logLateFailure(side, method, open.context, error))
      }
    }
    const fail = (status: FailedStatus) => call.emit('error', status)
    void runCall(side, method, call, answer, fail)
  }

/** Runs one call from its opening to its measurement: `answer` throws for a failed call, `fail` tells the caller. */
async function runCall(
  side: ServerSide,
  method: AnyMethod,
  call: ServerCall,
  answer: (open: OpenCall) => Promise<void>,
  fail: (status: FailedStatus) => void,
): Promise<void> {
  const startedAtMs = performance.now()
  const open = openCall(call)
  let code = 'ok'
  try {
    await answer(open)
  } catch (error) {
    logInternal(side, method, open.context, error)
    const told = publicError(error)
    code = told.code
    fail(statusOf(told))
  } finally {
    open.close()
    side.record(methodLabel(method.path), code, startedAtMs)
  }
}

/** Waits for a handler, but not beyond the call's end; its signal told it to stop, and what it throws later is logged here because nobody else sees it. */
function untilAborted<T>(
  side: ServerSide,
  method: AnyMethod,
  open: OpenCall,
  running: Promise<T>,
): Promise<T> {
  running.catch((error: unknown) => {
    if (open.context.signal.aborted) logLateFailure(side, method, open.context, error)
  })
  return Promise.race([running, open.aborted])
}

/** A handler that stops because it was told to is no failure. */
function logLateFailure(side: ServerSide, method: AnyMethod, context: CallContext, error: unknown): void {
  const stopped = error === context.signal.reason || (error instanceof Error && error.name === 'AbortError')
  if (!stopped) logInternal(side, method, context, error)
}

function logInternal(side: ServerSide, method: AnyMethod, context: CallContext, error: unknown): void {
  if (toAppError(error).code !== 'internal') return
  const { requestId } = context
  side.logger.error({ err: error, requestId, method: methodLabel(method.path) }, 'internal error')
}
