import type { Logger } from '@votestream/runtime'
import pg from 'pg'
import { pgConnection, type DatabaseAddress } from './database-address.js'
import {
  changedFile,
  readMigrationFiles,
  type AppliedMigration,
  type MigrationFile,
} from './migration-files.js'

/** The address is the owner's: migrations create what services only use. */
export interface MigrateOptions extends DatabaseAddress {
  readonly schema: string
  /** Where the numbered .sql files are. */
  readonly directory: string
  readonly logger: Logger
}

// Other migrators and running services hold locks for seconds at most; beyond that somebody has to look.
const LOCK_TIMEOUT_MS = 60_000
const CONNECT_TIMEOUT_MS = 5_000

/**
 * Applies the directory's files that the schema does not have yet, each in a transaction of its own, one migrator at a time.
 * Refuses when an applied file has changed since. A database that is already further is left as it is.
 */
export const migrate = async ({
  url,
  ca,
  schema,
  directory,
  logger,
}: MigrateOptions): Promise<{ applied: string[] }> => {
  const files = await readMigrationFiles(directory)
  const client = new pg.Client({
    ...pgConnection({ url, ca }),
    application_name: `votestream-migrate-${schema}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
  })
  client.on('error', () => undefined) // the statement that is running rejects as well
  await client.connect()
  try {
    // Held by the session, so it goes when the migrator dies.
    await client.query({
      text: 'SELECT pg_advisory_lock(hashtextextended($1, 0))',
      values: [`migrate ${schema}`],
    })
    const history = await openHistory(client, schema)
    const changed = changedFile(files, history)
    if (changed !== undefined)
      throw new Error(`${schema}: ${changed.name} has changed since it was applied; add a new file instead`)
    const pending = files.filter(({ version }) => !history.some((applied) => applied.version === version))
    for (const file of pending) {
      await applyFile(client, schema, file)
      logger.info({ schema, migration: file.name }, 'migrated')
    }
    return { applied: pending.map(({ name }) => name) }
  } finally {
    await client.end().catch(() => undefined)
  }
}

const openHistory = async (client: pg.Client, schema: string): Promise<readonly AppliedMigration[]> => {
  const table = `${pg.escapeIdentifier(schema)}.migrations`
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`)
  await client.query(`CREATE TABLE IF NOT EXISTS ${table} (
    version integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`)
  // A service may see how far its schema is; the schema itself stays closed until a migration opens it.
  await client.query(`GRANT SELECT ON ${table} TO PUBLIC`)
  const { rows } = await client.query<AppliedMigration>(
    `SELECT version, name, sha256 FROM ${table} ORDER BY version`,
  )
  return rows
}

const applyFile = async (
  client: pg.Client,
  schema: string,
  { version, name, sql, sha256 }: MigrationFile,
): Promise<void> => {
  const record = {
    text: `INSERT INTO ${pg.escapeIdentifier(schema)}.migrations (version, name, sha256) VALUES ($1, $2, $3)`,
    values: [version, name, sha256],
  }
  try {
    await client.query('BEGIN')
    await client.query(sql)
    await client.query(record)
    await client.query('COMMIT')
  } catch (error) {
    throw new Error(`${schema}: ${name} could not be applied`, { cause: error })
  }
}
