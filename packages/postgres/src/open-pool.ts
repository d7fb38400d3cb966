import type { Clock, Logger, Registry } from '@votestream/runtime'
import pg from 'pg'
import { pgConnection, type DatabaseAddress } from './database-address.js'
import { int8AsNumber } from './int8.js'
import { sessionOptions } from './session-options.js'

export interface PostgresPoolOptions extends DatabaseAddress {
  /** Connections at most; they are opened when needed and then kept. */
  readonly max: number
  /** Seen in pg_stat_activity, and the metrics' label `pool`. */
  readonly applicationName: string
  readonly logger: Logger
  readonly registry: Registry
  /** When the client gives a statement up: the server or the way to it hangs. */
  readonly queryTimeoutMs?: number
  /** When the server gives a statement up. */
  readonly statementTimeoutMs?: number
  /** When the server gives up waiting for a lock. */
  readonly lockTimeoutMs?: number
  /** The longest wait for a connection, new or free. */
  readonly connectTimeoutMs?: number
  /** Further server settings of every session, for example `tcp_keepalives_idle`. */
  readonly sessionSettings?: Readonly<Record<string, string>>
  readonly clock?: Clock
}

// Each lies above the next, so that whoever knows most about a delay speaks first.
const QUERY_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 4_000
const LOCK_TIMEOUT_MS = 2_000
// A connection is made in milliseconds or, behind a dead machine, never.
const CONNECT_TIMEOUT_MS = 2_000
// When the operating system starts to ask whether a silent peer is still there.
const KEEP_ALIVE_DELAY_MS = 5_000

/** Makes pg's pool with every timeout set and nothing connected yet. */
export const openPool = ({
  url,
  ca,
  max,
  applicationName,
  queryTimeoutMs = QUERY_TIMEOUT_MS,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
  lockTimeoutMs = LOCK_TIMEOUT_MS,
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
  sessionSettings = {},
}: PostgresPoolOptions): pg.Pool =>
  new pg.Pool({
    ...pgConnection({ url, ca }),
    max,
    application_name: applicationName,
    query_timeout: queryTimeoutMs,
    connectionTimeoutMillis: connectTimeoutMs,
    options: sessionOptions({
      statement_timeout: String(statementTimeoutMs),
      lock_timeout: String(lockTimeoutMs),
      ...sessionSettings,
    }),
    idleTimeoutMillis: 0, // connections are dear to open, and an idle service has no timers
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    types: int8AsNumber,
  })
