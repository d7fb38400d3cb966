import { AppError, unavailable } from '@votestream/errors'

/** The connection broke at COMMIT, so the transaction may or may not be in the database: ask it before doing anything again. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown'
}

/** What pg and Node put on their errors; judged by shape, since errors of Node's core can belong to another realm. */
interface ErrorShape {
  readonly code?: unknown
  readonly severity?: unknown
  readonly message?: unknown
  readonly cause?: unknown
}

const shapeOf = (error: unknown): ErrorShape => (typeof error === 'object' && error !== null ? error : {})

const SQLSTATE = /^[0-9A-Z]{5}$/

/** The error as the server sent it: Node's codes (EPIPE) can look like a SQLSTATE, but only the server adds a severity. */
const fromServer = (error: unknown): { state: string; severity: string } | undefined => {
  const { code, severity, cause } = shapeOf(error)
  if (typeof code === 'string' && typeof severity === 'string' && SQLSTATE.test(code))
    return { state: code, severity }
  return cause === undefined ? undefined : fromServer(cause)
}

/** Postgres' own five characters for what went wrong, looked for in the error and its causes. */
export const sqlState = (error: unknown): string | undefined => fromServer(error)?.state

// Node's codes for a connection that broke.
const NETWORK_CODES =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)UNREACH|ENETDOWN|ERR_STREAM_(DESTROYED|WRITE_AFTER_END))$/
// pg knows before it sends anything.
const NEVER_SENT = /is not queryable$/
// What pg says, without a code, of a connection that broke or hangs.
const NETWORK_MESSAGES = /^(Connection terminated|Query read timeout$|.* is not queryable$)/
// 08: connection exceptions. 57P01 to 57P05: a server that goes away or comes up. 25P03 and 25P04 end the session too.
const GONE_STATES = /^(08...|57P0[1-5]|25P0[34])$/
// 53: no connections, memory or disk left. 57014: the statement timeout, 55P03: the lock timeout.
const BUSY_STATES = /^(53...|57014|55P03)$/

/** True when the session is gone, so that what the server did with the last message is not known from its answer. */
export const isConnectionFailure = (error: unknown): boolean => {
  const answer = fromServer(error)
  if (answer !== undefined) return answer.severity !== 'ERROR' || GONE_STATES.test(answer.state)
  const { code, message } = shapeOf(error)
  if (typeof code === 'string' && NETWORK_CODES.test(code)) return true
  return typeof message === 'string' && NETWORK_MESSAGES.test(message)
}

/** True when the statement certainly stayed in this process, because its connection was known to be broken. */
export const wasNeverSent = (error: unknown): boolean => {
  const { message, cause } = shapeOf(error)
  if (typeof message === 'string' && NEVER_SENT.test(message)) return true
  return cause !== undefined && wasNeverSent(cause)
}

// Long enough for a restart of the database to get on, short enough that nobody sits in front of it.
const RETRY_AFTER_MS = 1_000

export const databaseUnavailable = (cause: unknown): AppError =>
  unavailable('DATABASE_UNAVAILABLE', 'the database cannot be reached', {
    cause,
    retryAfterMs: RETRY_AFTER_MS,
  })

export const databaseBusy = (cause: unknown): AppError =>
  unavailable('DATABASE_BUSY', 'the database is too busy', { cause, retryAfterMs: RETRY_AFTER_MS })

/** A failed connection becomes DATABASE_UNAVAILABLE and a lack of resources DATABASE_BUSY; all else stays for the adapter to judge. */
export const translateDatabaseError = (error: unknown): unknown => {
  if (error instanceof AppError) return error
  if (isConnectionFailure(error)) return databaseUnavailable(error)
  return BUSY_STATES.test(sqlState(error) ?? '') ? databaseBusy(error) : error
}

export const isDatabaseUnavailable = (error: unknown): error is AppError =>
  error instanceof AppError && error.reason === 'DATABASE_UNAVAILABLE'
