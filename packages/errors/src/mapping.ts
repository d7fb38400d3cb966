import type { ErrorCode } from './app-error.js'

export interface ErrorMapping {
  /** google.rpc.Code number. */
  readonly grpc: number
  readonly http: number
  /** RFC 6455 close code for a stream that ends with this error. */
  readonly ws: number
  /** True when the same request may succeed later. */
  readonly retryable: boolean
}

/** THE table: how every error code looks on each wire. */
export const errorMapping = {
  invalid_argument: { grpc: 3, http: 400, ws: 1008, retryable: false },
  out_of_range: { grpc: 11, http: 422, ws: 1008, retryable: false },
  unauthenticated: { grpc: 16, http: 401, ws: 1008, retryable: false },
  permission_denied: { grpc: 7, http: 403, ws: 1008, retryable: false },
  not_found: { grpc: 5, http: 404, ws: 1008, retryable: false },
  already_exists: { grpc: 6, http: 409, ws: 1008, retryable: false },
  failed_precondition: { grpc: 9, http: 409, ws: 1008, retryable: false },
  resource_exhausted: { grpc: 8, http: 429, ws: 1013, retryable: true },
  unavailable: { grpc: 14, http: 503, ws: 1013, retryable: true },
  deadline_exceeded: { grpc: 4, http: 504, ws: 1013, retryable: true },
  internal: { grpc: 13, http: 500, ws: 1011, retryable: false },
} as const satisfies Record<ErrorCode, ErrorMapping>

/** The code behind a gRPC status number; what no row names is internal, and CANCELLED (1) counts as deadline_exceeded. */
export const codeOfGrpcStatus = (status: number): ErrorCode => {
  if (status === 1) return 'deadline_exceeded'
  const entry = Object.entries(errorMapping).find(([, mapping]) => mapping.grpc === status)
  return (entry?.[0] ?? 'internal') as ErrorCode
}
