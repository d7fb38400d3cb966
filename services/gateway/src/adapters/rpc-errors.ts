import { type AppError, deadlineExceeded, toAppError, unavailable } from '@votestream/errors'
import { wasNeverSent } from '@votestream/rpc'

const DEFAULT_RETRY_MS = 1_000

/** What the rpc client itself says of a call without the server's word. */
const TRANSPORT_REASONS: readonly string[] = ['UNREACHABLE', 'DEADLINE_EXCEEDED', 'CANCELLED']

/** True when the call failed on its way, or nobody knows where; false when the error is the server's own, considered word. */
export const isTransportFailure = (error: AppError): boolean =>
  TRANSPORT_REASONS.includes(error.reason) || error.code === 'internal' || error.code === 'deadline_exceeded'

/** The two reasons that customers know for "try again". */
export const retryReason = ({ code, reason }: AppError): 'OVERLOADED' | 'UNAVAILABLE' =>
  code === 'resource_exhausted' || reason === 'OVERLOADED' ? 'OVERLOADED' : 'UNAVAILABLE'

const tryAgain = (error: AppError): AppError =>
  unavailable(retryReason(error), 'A service is unavailable: retry.', {
    retryAfterMs: error.retryAfterMs ?? DEFAULT_RETRY_MS,
    cause: error,
  })

/** What a failed read means to the customer. */
export const readFailure = (failure: unknown): AppError => {
  const error = toAppError(failure)
  if (error.code === 'internal') return error
  const retryable = error.code === 'unavailable' || error.code === 'resource_exhausted'
  return retryable || isTransportFailure(error) ? tryAgain(error) : error
}

/** What a failed change means to the customer: when it may have happened all the same, the outcome is unknown. */
export const changeFailure = (failure: unknown): AppError => {
  const error = toAppError(failure)
  if (error.code === 'internal' || !isTransportFailure(error) || wasNeverSent(failure))
    return readFailure(error)
  return deadlineExceeded('OUTCOME_UNKNOWN', 'It may have been done: retry with the same key.', {
    cause: error,
  })
}

/** Runs one call and translates its failure. */
export const translated = async <T>(
  call: Promise<T>,
  translate: (error: unknown) => AppError,
): Promise<T> => {
  try {
    return await call
  } catch (error) {
    throw translate(error)
  }
}
