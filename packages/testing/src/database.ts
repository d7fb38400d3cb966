import {
  DATABASE_ROLES,
  ensureRoles,
  migrate,
  roleName,
  urlForDatabase,
  urlForRole,
} from '@votestream/postgres'
import type { DatabaseRole } from '@votestream/postgres'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, escapeIdentifier } from 'pg'
import { given } from './engines.js'
import { silentLogger } from './silent-logger.js'

/** The roles belong to the test server, which only listens on loopback and is thrown away. */
const PASSWORD = 'test'
/** Any constant: serializes the making of the template among the suites of one run. */
const TEMPLATE_LOCK = 0x74657374
const SCHEMAS = ['polls', 'votes'] as const

export interface TestDatabase extends AsyncDisposable {
  urlFor(role: DatabaseRole | 'admin'): string
}

/**
 * Opens a fresh database with both schemas migrated, on the server of VOTESTREAM_TEST_POSTGRES (a superuser's URL, set by `npm test`). It is
 * dropped when disposed.
 */
export const openDatabase = async (): Promise<TestDatabase> => {
  const serverUrl = given('VOTESTREAM_TEST_POSTGRES')
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(serverUrl, async (admin) => {
    const template = await migratedTemplate(admin, serverUrl)
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER ${roleName('owner')}`)
  })
  const adminUrl = urlForDatabase(serverUrl, name)
  return {
    urlFor: (role) => (role === 'admin' ? adminUrl : urlForRole(adminUrl, { role, password: PASSWORD })),
    [Symbol.asyncDispose]: () =>
      asAdmin(serverUrl, async (admin) => {
        await admin.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`)
      }),
  }
}

const asAdmin = async (url: string, run: (admin: Client) => Promise<void>): Promise<void> => {
  const admin = new Client({ connectionString: url })
  await admin.connect()
  try {
    await run(admin)
  } finally {
    await admin.end()
  }
}

/** The template is named after the migrations' content, made by whoever comes first, and kept for the server's life. */
const migratedTemplate = async (admin: Client, serverUrl: string): Promise<string> => {
  const template = `template_${migrationsHash()}`
  await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK])
  try {
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [template])
    if (rowCount === 0) await makeTemplate(admin, serverUrl, template)
  } finally {
    await admin.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK])
  }
  return template
}

/** Renamed only when it is whole, so that an interrupted run leaves no half template behind. */
const makeTemplate = async (admin: Client, serverUrl: string, template: string): Promise<void> => {
  const draft = `${template}_draft`
  await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`)
  await admin.query(`CREATE DATABASE ${draft}`)
  const passwords = Object.fromEntries(DATABASE_ROLES.map((role) => [role, PASSWORD])) as Record<
    DatabaseRole,
    string
  >
  await ensureRoles({ url: serverUrl }, draft, passwords)
  const owner = urlForRole(urlForDatabase(serverUrl, draft), { role: 'owner', password: PASSWORD })
  for (const schema of SCHEMAS)
    await migrate({ url: owner, schema, directory: migrationsOf(schema), logger: silentLogger })
  await admin.query(`ALTER DATABASE ${draft} RENAME TO ${template}`)
}

const migrationsOf = (schema: string): string => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'services', schema))) folder = dirname(folder)
  return join(folder, 'services', schema, 'migrations')
}

const migrationsHash = (): string => {
  const hash = createHash('sha256')
  for (const directory of SCHEMAS.map(migrationsOf))
    for (const file of readdirSync(directory).sort())
      hash.update(file).update(readFileSync(join(directory, file)))
  return hash.digest('hex').slice(0, 16)
}
