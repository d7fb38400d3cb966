import { Metadata } from '@grpc/grpc-js'
import { AppError, codeOfGrpcStatus, errorMapping } from '@votestream/errors'
import type { AppErrorOptions, ErrorCode, FieldFault } from '@votestream/errors'

/** The one trailer that carries an AppError; `-bin` makes gRPC send it as base64. */
export const ERROR_TRAILER = 'votestream-error-bin'

/** Base64 of this is 8 KiB, the size of headers that every gRPC implementation accepts; details beyond it are left out. */
const MAX_TRAILER_BYTES = 6 * 1024

/** Longer than any of our messages; bounds what a foreign one adds to the trailer. */
const MAX_MESSAGE_LENGTH = 1_000

interface WireError {
  readonly code: ErrorCode
  readonly reason: string
  readonly message: string
  readonly details?: readonly FieldFault[]
  readonly retryAfterMs?: number
  readonly voteId?: string
}

const wireErrorOf = (error: AppError, details: readonly FieldFault[]): WireError => ({
  code: error.code,
  reason: error.reason,
  message: error.message.slice(0, MAX_MESSAGE_LENGTH),
  ...(details.length > 0 && { details }),
  ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  ...(error.voteId !== undefined && { voteId: error.voteId }),
})

/** The trailing metadata of a call that failed with this error. */
export function encodeErrorTrailer(error: AppError): Metadata {
  let details = error.details
  let bytes = Buffer.from(JSON.stringify(wireErrorOf(error, details)))
  while (bytes.length > MAX_TRAILER_BYTES && details.length > 0) {
    details = details.slice(0, Math.floor(details.length / 2))
    bytes = Buffer.from(JSON.stringify(wireErrorOf(error, details)))
  }
  const metadata = new Metadata()
  metadata.set(ERROR_TRAILER, bytes)
  return metadata
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const parse = (bytes: string | Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined // a foreign or cut trailer is no trailer: the caller falls back to the status
  }
}

const optionsOf = (wire: Record<string, unknown>, cause: unknown): AppErrorOptions => ({
  cause,
  ...(Array.isArray(wire.details) && { details: wire.details as FieldFault[] }),
  ...(typeof wire.retryAfterMs === 'number' && { retryAfterMs: wire.retryAfterMs }),
  ...(typeof wire.voteId === 'string' && { voteId: wire.voteId }),
})

/** Rebuilds the AppError behind a failed call; undefined when the status has no (readable) trailer. A code that this version does not know is taken from the status. */
export function decodeErrorTrailer(metadata: Metadata, status: number, cause: unknown): AppError | undefined {
  const [bytes] = metadata.get(ERROR_TRAILER)
  const wire = bytes === undefined ? undefined : parse(bytes)
  if (!isObject(wire) || typeof wire.reason !== 'string' || typeof wire.message !== 'string') return undefined
  const known = typeof wire.code === 'string' && Object.hasOwn(errorMapping, wire.code)
  const code = known ? (wire.code as ErrorCode) : codeOfGrpcStatus(status)
  return new AppError(code, wire.reason, wire.message, optionsOf(wire, cause))
}
