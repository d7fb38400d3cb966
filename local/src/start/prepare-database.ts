import { DATABASE_ROLES, ensureRoles, migrate, urlForDatabase, urlForRole } from '@votestream/postgres'
import type { Logger } from '@votestream/runtime'
import pg from 'pg'
import { ExpectedFailure } from '../expected-failure.js'
import { inRepository } from '../repository.js'
import type { Secrets } from '../state/secrets.js'

/** The one database of a mesh; each service has a schema of its own in it. */
export const DATABASE = 'votestream'

const SCHEMAS = ['polls', 'votes'] as const

/** Brings database, roles and schemas to where the services expect them. Resolves to the migrations that it applied. */
export async function prepareDatabase(
  serverUrl: string,
  secrets: Secrets,
  logger: Logger,
): Promise<string[]> {
  try {
    await ensureDatabase(serverUrl)
    const passwords = Object.fromEntries(
      DATABASE_ROLES.map((role) => [role, secrets[role]]),
    ) as typeof secrets
    await ensureRoles(serverUrl, DATABASE, passwords)
    const url = urlForRole(urlForDatabase(serverUrl, DATABASE), { role: 'owner', password: secrets.owner })
    const applied: string[] = []
    for (const schema of SCHEMAS) {
      const done = await migrate({
        url,
        schema,
        directory: inRepository(`services/${schema}/migrations`),
        logger,
      })
      applied.push(...done.applied.map((name) => `${schema}/${name}`))
    }
    return applied
  } catch (error) {
    const causes: string[] = []
    for (let each: unknown = error; each instanceof Error; each = each.cause) causes.push(each.message)
    throw new ExpectedFailure(`cannot prepare the database: ${causes.join(': ')}`, 1, { cause: error })
  }
}

async function ensureDatabase(serverUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl, application_name: 'votestream-launcher' })
  client.on('error', () => undefined) // the statement that is running rejects as well
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1', [
      DATABASE,
    ])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(DATABASE)}`)
  } finally {
    await client.end().catch(() => undefined)
  }
}
