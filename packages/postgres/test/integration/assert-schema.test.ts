import { describe, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { assertSchema } from '../../src/assert-schema.js'
import { migrate } from '../../src/migrate.js'
import { blankDatabase, type BlankDatabase } from '../support/blank-database.js'
import { loginUrl, uniqueLogins, withLogins } from '../support/logins.js'
import { migrationsDirectory } from '../support/migrations.js'
import { openTestPool } from '../support/open-pool.js'

const logger = pino({ level: 'silent' })
const FILES = { '0001_polls.sql': 'SELECT 1;', '0002_options.sql': 'SELECT 2;' }

const migrateDemo = (database: BlankDatabase, directory: string) =>
  migrate({ url: database.url, schema: 'demo', directory, logger })

describe('assertSchema', () => {
  test('is content with all of its migrations', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory(FILES)
    await using pool = openTestPool(database.url)
    await migrateDemo(database, directory.path)

    await expect(assertSchema(pool, 'demo', directory.path)).resolves.toBeUndefined()
  })

  test('is content with a schema that is further than its own release', async () => {
    await using database = await blankDatabase()
    await using later = await migrationsDirectory(FILES)
    await using earlier = await migrationsDirectory({ '0001_polls.sql': FILES['0001_polls.sql'] })
    await using pool = openTestPool(database.url)
    await migrateDemo(database, later.path)

    await expect(assertSchema(pool, 'demo', earlier.path)).resolves.toBeUndefined()
  })

  test('names the migrations that are missing and what to do', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory(FILES)
    await using pool = openTestPool(database.url)
    await migrateDemo(database, directory.path)
    await directory.write('0003_themes.sql', 'SELECT 3;')

    await expect(assertSchema(pool, 'demo', directory.path)).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'SCHEMA_OUTDATED',
      message: expect.stringMatching(
        /^schema demo lacks 0003_themes\.sql: run the migrations as the owner role/,
      ),
    })
  })

  test('says the same of a database that was never migrated', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory(FILES)
    await using pool = openTestPool(database.url)

    await expect(assertSchema(pool, 'demo', directory.path)).rejects.toMatchObject({
      reason: 'SCHEMA_OUTDATED',
      message: expect.stringContaining('lacks 0001_polls.sql, 0002_options.sql'),
    })
  })

  test('leaves the failure of the database itself as it is', async () => {
    await using directory = await migrationsDirectory(FILES)
    const failure = new Error('the database cannot be reached')

    const asserting = assertSchema({ query: () => Promise.reject(failure) }, 'demo', directory.path)

    await expect(asserting).rejects.toBe(failure)
  })

  test('refuses a schema that was made by another text of the same migration', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory(FILES)
    await using pool = openTestPool(database.url)
    await migrateDemo(database, directory.path)
    await directory.write('0002_options.sql', 'SELECT 4;')

    await expect(assertSchema(pool, 'demo', directory.path)).rejects.toMatchObject({
      reason: 'SCHEMA_CHANGED',
      message: expect.stringContaining('0002_options.sql'),
    })
  })

  test('may be asked by a role that the schema is open to, and tells one that it is not what to do', async () => {
    await using database = await blankDatabase()
    const logins = uniqueLogins()
    const [, service, stranger] = logins
    await using _logins = await withLogins(database, logins)
    await using directory = await migrationsDirectory({
      '0001_open.sql': `GRANT USAGE ON SCHEMA demo TO ${service.name};`,
    })
    await migrateDemo(database, directory.path)
    await using served = openTestPool(loginUrl(database.url, service))
    await using refused = openTestPool(loginUrl(database.url, stranger))

    await expect(assertSchema(served, 'demo', directory.path)).resolves.toBeUndefined()
    await expect(assertSchema(refused, 'demo', directory.path)).rejects.toMatchObject({
      reason: 'SCHEMA_OUTDATED',
    })
  })
})
