import pg from 'pg'
import { pgConnection, type DatabaseAddress } from './database-address.js'
import { sqlState } from './errors.js'
import { urlForDatabase } from './role-url.js'
import { scramVerifier } from './scram-verifier.js'

/** A role that may log in, and whether it may create schemas in the database. */
export interface Login {
  readonly name: string
  readonly password: string
  readonly mayCreate: boolean
}

// Roles belong to all databases of a server but advisory locks to one, so two runs for two databases do meet.
const MOST_ATTEMPTS = 20
const LONGEST_PAUSE_MS = 50
const CONNECT_TIMEOUT_MS = 5_000
// Duplicate role, the same found by a unique index, and "tuple concurrently updated", which has no state of its own.
const CONCURRENT_CHANGES = ['42710', '23505', 'XX000']

/** Creates or updates the roles and makes `database` theirs alone to create in; may run again, or several times at once. */
export const ensureLogins = async (
  admin: DatabaseAddress,
  database: string,
  logins: readonly Login[],
): Promise<void> => {
  const client = new pg.Client({
    ...pgConnection({ ...admin, url: urlForDatabase(admin.url, database) }),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'votestream-roles',
  })
  client.on('error', () => undefined) // the statement that is running rejects as well
  await client.connect()
  try {
    for (const login of logins) await retryConcurrent(() => ensureLogin(client, login))
    for (const statement of grants(database, logins)) await retryConcurrent(() => client.query(statement))
  } finally {
    await client.end().catch(() => undefined)
  }
}

const ensureLogin = async (client: pg.Client, { name, password }: Login): Promise<void> => {
  if (password === '') throw new Error(`the password of ${name} is empty`)
  const { rowCount } = await client.query('SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1', [name])
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER'
  // Postgres logs the text of statements that fail; what stands here is no password.
  const verifier = pg.escapeLiteral(scramVerifier(password))
  await client.query(`${verb} ROLE ${pg.escapeIdentifier(name)} LOGIN PASSWORD ${verifier}`)
}

const grants = (database: string, logins: readonly Login[]): string[] => {
  const on = `ON DATABASE ${pg.escapeIdentifier(database)}`
  return [
    `REVOKE CREATE, TEMPORARY ${on} FROM PUBLIC`,
    'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
    ...logins.map(
      ({ name, mayCreate }) =>
        `GRANT ${mayCreate ? 'CONNECT, CREATE' : 'CONNECT'} ${on} TO ${pg.escapeIdentifier(name)}`,
    ),
  ]
}

const retryConcurrent = async (run: () => Promise<unknown>): Promise<void> => {
  for (let attempt = 1; ; attempt += 1)
    try {
      await run()
      return
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !CONCURRENT_CHANGES.includes(sqlState(error) ?? '')) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_PAUSE_MS))
    }
}
