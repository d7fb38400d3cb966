import { type AppError, errorMapping, type FieldFault } from '@votestream/errors'
import { STATUS_CODES } from 'node:http'

export interface ProblemOptions {
  readonly errors?: readonly FieldFault[]
  readonly headers?: Readonly<Record<string, string>>
  readonly voteId?: string | undefined
  readonly retryAfterMs?: number | undefined
}

/** An answer that says what is wrong (RFC 9457); thrown by whatever finds the fault. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  /** A stable SCREAMING_SNAKE word that clients may switch on. */
  readonly reason: string
  readonly options: ProblemOptions

  constructor(status: number, reason: string, detail: string, options: ProblemOptions = {}) {
    super(detail)
    this.status = status
    this.reason = reason
    this.options = options
  }
}

export const badRequest = (detail: string): Problem => new Problem(400, 'BAD_REQUEST', detail)

/** A fault that has no place of its own is one of the whole body: its path is empty. */
export const invalidBody = (
  detail: string,
  errors: readonly FieldFault[] = [{ path: '', message: detail }],
): Problem => new Problem(400, 'INVALID_BODY', detail, { errors })

export const pathNotFound = (): Problem => new Problem(404, 'NOT_FOUND', 'There is nothing at this path.')

export const methodNotAllowed = (allow: string): Problem =>
  new Problem(405, 'METHOD_NOT_ALLOWED', `This path takes ${allow}.`, { headers: { Allow: allow } })

export const bodyTooLarge = (limitBytes: number): Problem =>
  new Problem(413, 'BODY_TOO_LARGE', `The body may have ${limitBytes} bytes.`)

export const unsupportedMediaType = (detail: string): Problem =>
  new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', detail)

/** How a customer sees an error; an internal one says nothing of its cause. */
export const problemOf = (error: AppError): Problem =>
  error.code === 'internal'
    ? new Problem(500, 'INTERNAL', 'Internal error: it is logged under the request id.')
    : new Problem(errorMapping[error.code].http, error.reason, error.message, {
        errors: error.details,
        voteId: error.voteId,
        retryAfterMs: error.retryAfterMs,
      })

// Statuses after which the same request may succeed: they always say when.
const RETRYABLE: readonly number[] = [429, 503]
const DEFAULT_RETRY_MS = 1_000
/** Forbidden: some things are allowed later. */
const NOT_YET = 403

/** Whole seconds, rounded up, at least one: a client that waits so long is not refused for having come too early. */
export const retryAfter = (ms: number): string => String(Math.max(1, Math.ceil(ms / 1_000)))

/** The headers of the answer, but for those that every answer has. */
export const problemHeaders = ({ status, options }: Problem): Record<string, string> => ({
  ...options.headers,
  ...(RETRYABLE.includes(status) && { 'Retry-After': retryAfter(options.retryAfterMs ?? DEFAULT_RETRY_MS) }),
  ...(status === NOT_YET &&
    options.retryAfterMs !== undefined && { 'Retry-After': retryAfter(options.retryAfterMs) }),
})

/** The document: `type` is about:blank, because `reason` says all that a type could. */
export const problemBody = ({ status, reason, message, options }: Problem, requestId: string): string =>
  JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    reason,
    request_id: requestId,
    ...(options.voteId !== undefined && { vote_id: options.voteId }),
    ...(options.errors !== undefined && options.errors.length > 0 && { errors: options.errors }),
  })
