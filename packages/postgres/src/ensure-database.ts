import pg from 'pg'
import { pgConnection, type DatabaseAddress } from './database-address.js'
import { sqlState } from './errors.js'

// Another run was faster: it says that the database is there, or that its name is just being taken.
const MADE_BY_ANOTHER = ['42P04', '23505']
const CONNECT_TIMEOUT_MS = 5_000

/** Creates the database where there is none of that name; may run again, or several times at once. */
export const ensureDatabase = async (admin: DatabaseAddress, database: string): Promise<void> => {
  const client = new pg.Client({
    ...pgConnection(admin),
    application_name: 'votestream-database',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  client.on('error', () => undefined) // the statement that is running rejects as well
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1', [
      database,
    ])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`)
  } catch (error) {
    if (!MADE_BY_ANOTHER.includes(sqlState(error) ?? '')) throw error
  } finally {
    await client.end().catch(() => undefined)
  }
}
