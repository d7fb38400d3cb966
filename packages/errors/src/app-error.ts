/** What kind of failure it is; the closed set, named after gRPC's status codes. */
export type ErrorCode =
  | 'invalid_argument'
  | 'out_of_range'
  | 'unauthenticated'
  | 'permission_denied'
  | 'not_found'
  | 'already_exists'
  | 'failed_precondition'
  | 'resource_exhausted'
  | 'unavailable'
  | 'deadline_exceeded'
  | 'internal'

/** One fault in a request: where it is (a JSON path such as `options[1].text`) and what is wrong there. */
export interface FieldFault {
  readonly path: string
  readonly message: string
}

export interface AppErrorOptions {
  readonly details?: readonly FieldFault[]
  /** How long the caller should wait before it tries again, in milliseconds. */
  readonly retryAfterMs?: number
  /** Names the vote whose outcome is unknown. */
  readonly voteId?: string
  readonly cause?: unknown
}

/**
 * The one error type of every service. `reason` is a stable SCREAMING_SNAKE word that clients may switch on; `message` is for people.
 * Whatever is thrown and is not an AppError is internal: see `toAppError`.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly reason: string
  readonly details: readonly FieldFault[]
  readonly retryAfterMs: number | undefined
  readonly voteId: string | undefined

  constructor(code: ErrorCode, reason: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.reason = reason
    this.details = options.details ?? []
    this.retryAfterMs = options.retryAfterMs
    this.voteId = options.voteId
  }
}

type Constructor = (reason: string, message: string, options?: AppErrorOptions) => AppError

const constructorOf =
  (code: Exclude<ErrorCode, 'internal'>): Constructor =>
  (reason, message, options) =>
    new AppError(code, reason, message, options)

export const invalidArgument = constructorOf('invalid_argument')
/** Well-formed, but outside what this poll or this key allows. */
export const outOfRange = constructorOf('out_of_range')
export const unauthenticated = constructorOf('unauthenticated')
export const permissionDenied = constructorOf('permission_denied')
export const notFound = constructorOf('not_found')
export const alreadyExists = constructorOf('already_exists')
export const failedPrecondition = constructorOf('failed_precondition')
export const resourceExhausted = constructorOf('resource_exhausted')
export const unavailable = constructorOf('unavailable')
export const deadlineExceeded = constructorOf('deadline_exceeded')

/** The error itself when it is an AppError, otherwise `internal` with the original as its cause and nothing of it in the message. */
export const toAppError = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('internal', 'INTERNAL', 'internal error', { cause: error })
