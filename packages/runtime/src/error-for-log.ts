import { types } from 'node:util'

interface LoggedError {
  type: string
  message: string
  [field: string]: unknown
}

// A cause of a cause of a cause has explained everything so far.
const DEEPEST_CAUSE = 5
const PLAIN_FIELDS = ['stack', 'code', 'reason', 'syscall', 'severity', 'table', 'constraint']

/**
 * What of an error goes into a log line: an allow-list, because drivers put rows, keys and connection settings into the rest
 * (Postgres' `detail` quotes the offending key).
 */
export const errorForLog = (error: unknown, depth = 0): unknown => {
  // Not `instanceof`: an error can come from another realm.
  if (!types.isNativeError(error)) return typeof error === 'string' ? error : { type: typeof error }
  const fields = error as unknown as Record<string, unknown>
  const logged: LoggedError = { type: error.name, message: error.message }
  for (const field of PLAIN_FIELDS)
    if (typeof fields[field] === 'string' || typeof fields[field] === 'number') logged[field] = fields[field]
  if (depth === DEEPEST_CAUSE) return logged
  if (fields.cause !== undefined) logged.cause = errorForLog(fields.cause, depth + 1)
  if (Array.isArray(fields.errors)) logged.errors = fields.errors.map((each) => errorForLog(each, depth + 1))
  return logged
}
