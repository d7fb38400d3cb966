import { ConfigError, systemClock, type Clock, type Logger } from '@votestream/runtime'
import pg from 'pg'
import { pgConnection, type DatabaseAddress } from './database-address.js'
import { isConnectionFailure, sqlState } from './errors.js'

const CONNECT_TIMEOUT_MS = 5_000
const RETRY_MS = 1_000
/** Who waits says so, but not every second. */
const TELL_EVERY_MS = 10_000

// Not resolved yet: a Service or its pod may come later than whoever looks for it.
const NOT_THERE_YET = ['ENOTFOUND', 'EAI_AGAIN']
// pg's words, without a code, for a server that takes its time.
const CONNECT_TIMED_OUT = /timeout expired|timeout exceeded|Connection terminated/
// 53300: no connection is left.
const TOO_MANY_CONNECTIONS = '53300'
// A wrong password, a role that may not, and a database that does not exist: another setting is needed, not time.
const REFUSED = /^(28...|3D000)$/
// Node's codes of certificates that cannot be verified, and of names that they are not for.
const UNTRUSTED = /CERT|SIGNATURE|ISSUER|ALTNAME/

export interface AwaitDatabaseOptions {
  readonly address: DatabaseAddress
  /** How long the server may take to come up. */
  readonly waitMs: number
  readonly logger: Logger
  /** Aborts the waiting. */
  readonly signal: AbortSignal
  readonly clock?: Clock
}

/**
 * Resolves as soon as the database lets this role in. Throws ConfigError when it never will with these settings, and what the last attempt threw
 * when the time is over.
 */
export const awaitDatabase = async (options: AwaitDatabaseOptions): Promise<void> => {
  const { address, waitMs, logger, signal, clock = systemClock } = options
  const startedAtMs = clock.monotonicMs()
  let toldAtMs = -Infinity
  for (;;) {
    signal.throwIfAborted()
    const failure = await attempt(address)
    if (failure === undefined) return
    const refusal = refusalOf(failure)
    if (refusal !== undefined) throw new ConfigError(refusal, { cause: failure })
    const waitedMs = clock.monotonicMs() - startedAtMs
    if (!isPassing(failure) || waitedMs + RETRY_MS > waitMs)
      throw new Error(`the database cannot be reached, ${Math.round(waitedMs / 1_000)} s after the start`, {
        cause: failure,
      })
    if (clock.monotonicMs() - toldAtMs >= TELL_EVERY_MS) {
      toldAtMs = clock.monotonicMs()
      logger.info({ err: failure, waitedMs: Math.round(waitedMs), waitMs }, 'waiting for the database')
    }
    await clock.sleep(RETRY_MS, signal)
  }
}

const attempt = async (address: DatabaseAddress): Promise<unknown> => {
  const client = new pg.Client({
    ...pgConnection(address),
    application_name: 'votestream-await',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  client.on('error', () => undefined) // connect() rejects as well
  try {
    await client.connect()
    return undefined
  } catch (error) {
    return error
  } finally {
    await client.end().catch(() => undefined)
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code)
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const refusalOf = (failure: unknown): string | undefined => {
  const state = sqlState(failure)
  if (state !== undefined && REFUSED.test(state))
    return `the database does not let us in: ${messageOf(failure)}`
  if (state === undefined && UNTRUSTED.test(codeOf(failure)))
    return `the database's certificate is not trusted (DATABASE_CA_FILE): ${messageOf(failure)}`
  if (messageOf(failure) === 'The server does not support SSL connections')
    return 'the database does not speak TLS, and DATABASE_CA_FILE asks for it'
  return undefined
}

// A name that resolves to several addresses fails with one error for each.
const isPassing = (failure: unknown): boolean =>
  failure instanceof AggregateError
    ? failure.errors.some(isPassing)
    : isConnectionFailure(failure) ||
      sqlState(failure) === TOO_MANY_CONNECTIONS ||
      NOT_THERE_YET.includes(codeOf(failure)) ||
      CONNECT_TIMED_OUT.test(messageOf(failure))
