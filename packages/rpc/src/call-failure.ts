import { status } from '@grpc/grpc-js'
import type { ServiceError } from '@grpc/grpc-js'
import { deadlineExceeded, toAppError, unavailable } from '@votestream/errors'
import type { AppError } from '@votestream/errors'
import { decodeErrorTrailer } from './error-trailer.js'
import { markNeverSent } from './never-sent.js'

/** How soon a caller may try again when the other side cannot be reached: a restart and a reconnect fit in. */
const RETRY_AFTER_MS = 1_000

/** What gRPC says of a call of ours that no retry can mend: a message too large, a method that does not exist. */
const faultsOfOurs: readonly status[] = [
  status.RESOURCE_EXHAUSTED,
  status.UNIMPLEMENTED,
  status.INVALID_ARGUMENT,
]

const withoutTrailer = (error: ServiceError, cancelled: boolean): AppError => {
  if (error.code === status.DEADLINE_EXCEEDED)
    return deadlineExceeded('DEADLINE_EXCEEDED', 'no answer within the deadline', { cause: error })
  if (cancelled) return deadlineExceeded('CANCELLED', 'the caller cancelled the call', { cause: error })
  if (faultsOfOurs.includes(error.code)) return toAppError(error)
  return unavailable('UNREACHABLE', 'the service cannot be reached', {
    cause: error,
    retryAfterMs: RETRY_AFTER_MS,
  })
}

/** The AppError behind a failed call: the server's own when it sent one, otherwise a failure of transport. `sent` says whether the call was given to a connection. */
export function callFailure(error: ServiceError, call: { sent: boolean; cancelled: boolean }): AppError {
  const failure =
    decodeErrorTrailer(error.metadata, error.code, error) ?? withoutTrailer(error, call.cancelled)
  return call.sent ? failure : markNeverSent(failure)
}
