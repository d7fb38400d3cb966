import { toAppError, unavailable, type AppError } from '@votestream/errors'

const DEFAULT_RETRY_MS = 1_000

/** What a failed read means to a client: try again. Only a bug stays what it is. */
const readFailure = (failure: unknown): AppError => {
  const error = toAppError(failure)
  if (error.code === 'internal') return error
  const isOverload = error.code === 'resource_exhausted' || error.reason === 'OVERLOADED'
  return unavailable(isOverload ? 'OVERLOADED' : 'UNAVAILABLE', 'Results cannot be read now: come back.', {
    retryAfterMs: error.retryAfterMs ?? DEFAULT_RETRY_MS,
    cause: error,
  })
}

/** Gives a read's answer, or throws its failure as clients know it. */
export const translated = async <T>(read: Promise<T>): Promise<T> => {
  try {
    return await read
  } catch (error) {
    throw readFailure(error)
  }
}
