import type pg from 'pg'
import { databaseBusy, databaseUnavailable } from './errors.js'
import type { HealthWatch } from './health-watch.js'

// pg-pool's words for: all connections stayed in use for as long as a caller may wait.
const NO_FREE_CONNECTION = 'timeout exceeded when trying to connect'

/** Lends the pool's connections. */
export interface Connections {
  /** Throws DATABASE_BUSY when all are in use, DATABASE_UNAVAILABLE when none can be made. */
  take(): Promise<pg.PoolClient>
  /** Lends one for as long as `run` takes; it is closed after any error. */
  lend<T>(run: (client: pg.PoolClient) => Promise<T>): Promise<T>
}

export const poolConnections = (pool: pg.Pool, health: HealthWatch): Connections => {
  const take = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect()
    } catch (error) {
      if (error instanceof Error && error.message === NO_FREE_CONNECTION) throw databaseBusy(error)
      health.failed(error)
      throw databaseUnavailable(error) // whatever it was, a wrong password too: nobody was reached
    }
  }

  return {
    take,
    lend: async (run) => {
      const client = await take()
      let failed = true
      try {
        const result = await run(client)
        failed = false
        return result
      } finally {
        client.release(failed) // what a failed statement leaves on its connection is not worth knowing
      }
    },
  }
}
