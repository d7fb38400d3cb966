import { describe, expect, test } from '@jest/globals'
import { systemClock, type ConfigError } from '@votestream/runtime'
import { eventually } from '@votestream/testing'
import { pino } from 'pino'
import { migrate } from '../../src/migrate.js'
import { schemaGuard, type SchemaGuard } from '../../src/schema-guard.js'
import { blankDatabase } from '../support/blank-database.js'
import { migrationsDirectory, type MigrationsDirectory } from '../support/migrations.js'
import { openTestPool, type TestPool } from '../support/open-pool.js'
import { proxyTo } from '../support/proxy.js'

const logger = pino({ level: 'silent' })

const guard = (postgres: TestPool, { path }: MigrationsDirectory, fatal: ConfigError[] = []) => {
  const made: SchemaGuard = schemaGuard({
    postgres,
    schema: 'demo',
    directory: path,
    logger,
    clock: systemClock,
    onFatal: (error) => void fatal.push(error),
  })
  return Object.defineProperty(made, Symbol.asyncDispose, { value: () => made.stop?.() }) as SchemaGuard &
    AsyncDisposable
}

describe('schemaGuard', () => {
  test('waits for the database and its migrations, and says which of them it waits for', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory({ '0001_polls.sql': 'SELECT 1;' })
    await using proxy = await proxyTo(database.url)
    await proxy.goDown()
    await using pool = openTestPool(proxy.url)
    await using schema = guard(pool, directory)

    await schema.start?.()
    await eventually(() => expect(schema.state).toBe('the database cannot be reached'))
    await proxy.comeUp()
    await eventually(() => expect(schema.state).toMatch(/^schema demo lacks 0001_polls.sql/))
    await migrate({ url: database.url, schema: 'demo', directory: directory.path, logger })

    await eventually(() => expect(schema.state).toBe(true))
  })

  test('gives a database that is not durable up, and never calls it right', async () => {
    await using database = await blankDatabase()
    await database.ask(`ALTER DATABASE ${database.name} SET synchronous_commit = off`)
    await using directory = await migrationsDirectory()
    await using pool = openTestPool(database.url)
    const fatal: ConfigError[] = []
    await using schema = guard(pool, directory, fatal)

    await schema.start?.()
    await eventually(() => expect(fatal).toHaveLength(1))

    expect(fatal[0]?.message).toContain('synchronous_commit is off')
    expect(schema.state).not.toBe(true)
  })

  test('stops at once while it waits', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory({ '0001_polls.sql': 'SELECT 1;' })
    await using pool = openTestPool(database.url)
    const schema = guard(pool, directory)
    await schema.start?.()
    await eventually(() => expect(schema.state).toMatch(/^schema demo lacks/))

    const startedAt = performance.now()
    await schema.stop?.()

    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})
