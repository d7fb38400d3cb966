import pg from 'pg'
import { pgConnection, type DatabaseAddress } from './database-address.js'
import { sqlState } from './errors.js'
import type { HealthWatch } from './health-watch.js'

/** A healthy database answers within a millisecond. */
export const PING_TIMEOUT_MS = 1_000

// 53300: no connection is left, which a database that lives says.
const TOO_MANY_CONNECTIONS = '53300'

export interface PingAsideOptions extends DatabaseAddress {
  readonly applicationName: string
  readonly health: HealthWatch
}

/** Asks the database over a connection that is opened for this and closed at once: while all of the pool are in use they are somebody's, and may be what hangs. */
export const makePingAside =
  ({ url, ca, applicationName, health }: PingAsideOptions) =>
  async (): Promise<boolean> => {
    const client = new pg.Client({
      ...pgConnection({ url, ca }),
      application_name: `${applicationName}-health`,
      connectionTimeoutMillis: PING_TIMEOUT_MS,
    })
    client.on('error', () => undefined)
    try {
      await client.connect() // a session that begins is an answer
      health.succeeded()
      return true
    } catch (error) {
      if (sqlState(error) !== TOO_MANY_CONNECTIONS) health.failed(error)
      return health.healthy
    } finally {
      void client.end().catch(() => undefined)
    }
  }
