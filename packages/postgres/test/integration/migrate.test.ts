import { describe, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { migrate } from '../../src/migrate.js'
import { askAt, blankDatabase, type BlankDatabase } from '../support/blank-database.js'
import { migrationsDirectory } from '../support/migrations.js'

const logger = pino({ level: 'silent' })

const FILES = {
  '0001_polls.sql': 'CREATE TABLE demo.poll (id int PRIMARY KEY); INSERT INTO demo.poll VALUES (1);',
  '0002_options.sql': 'ALTER TABLE demo.poll ADD COLUMN question text;',
}

const migrateDemo = (database: BlankDatabase, directory: string) =>
  migrate({ url: database.url, schema: 'demo', directory, logger })

const history = (database: BlankDatabase) =>
  database.ask<{ version: number; name: string }>(
    'SELECT version, name FROM demo.migrations ORDER BY version',
  )

describe('migrate', () => {
  test('applies the files in order, once, and says which', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory(FILES)

    const first = await migrateDemo(database, directory.path)
    const second = await migrateDemo(database, directory.path)

    expect(first).toEqual({ applied: ['0001_polls.sql', '0002_options.sql'] })
    expect(second).toEqual({ applied: [] })
    expect(await database.ask('SELECT * FROM demo.poll')).toEqual([{ id: 1, question: null }])
  })

  test('applies only what is new', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory({ '0001_polls.sql': FILES['0001_polls.sql'] })
    await migrateDemo(database, directory.path)
    await directory.write('0002_options.sql', FILES['0002_options.sql'])

    const { applied } = await migrateDemo(database, directory.path)

    expect(applied).toEqual(['0002_options.sql'])
  })

  test('applies every file once when four migrators start together', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory({
      '0001_slow.sql': 'SELECT pg_sleep(0.3); CREATE TABLE demo.poll (id int);',
      '0002_options.sql': FILES['0002_options.sql'],
    })

    const results = await Promise.all(Array.from({ length: 4 }, () => migrateDemo(database, directory.path)))

    expect(results.flatMap(({ applied }) => applied).sort()).toEqual(['0001_slow.sql', '0002_options.sql'])
    expect(await history(database)).toHaveLength(2)
  })

  test('rolls a failing file back, keeps those before it, and goes on from there when it is mended', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory({
      ...FILES,
      '0003_broken.sql': 'CREATE TABLE demo.theme (id int); SELECT 1 / 0;',
    })

    await expect(migrateDemo(database, directory.path)).rejects.toMatchObject({
      message: 'demo: 0003_broken.sql could not be applied',
      cause: { message: 'division by zero' },
    })

    expect(await history(database)).toHaveLength(2)
    expect(await database.ask(`SELECT to_regclass('demo.theme') AS theme`)).toEqual([{ theme: null }])
    await directory.write('0003_broken.sql', 'CREATE TABLE demo.theme (id int);')
    expect(await migrateDemo(database, directory.path)).toEqual({ applied: ['0003_broken.sql'] })
  })

  test('does not apply a file whose record cannot be written', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory({
      '0001_only.sql': 'ALTER TABLE demo.migrations ADD CHECK (version < 2);',
      '0002_more.sql': 'CREATE TABLE demo.poll (id int);',
    })

    await expect(migrateDemo(database, directory.path)).rejects.toThrow('0002_more.sql could not be applied')

    expect(await database.ask(`SELECT to_regclass('demo.poll') AS poll`)).toEqual([{ poll: null }])
  })

  test('refuses when an applied file has changed, before it applies anything', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory(FILES)
    await migrateDemo(database, directory.path)
    await directory.write('0001_polls.sql', 'CREATE TABLE demo.poll (id bigint PRIMARY KEY);')
    await directory.write('0003_more.sql', 'CREATE TABLE demo.more (id int);')

    await expect(migrateDemo(database, directory.path)).rejects.toThrow(
      'demo: 0001_polls.sql has changed since it was applied; add a new file instead',
    )

    expect(await history(database)).toHaveLength(2)
  })

  test('leaves a database alone that a later release has migrated further', async () => {
    await using database = await blankDatabase()
    await using later = await migrationsDirectory(FILES)
    await using earlier = await migrationsDirectory({ '0001_polls.sql': FILES['0001_polls.sql'] })
    await migrateDemo(database, later.path)

    expect(await migrateDemo(database, earlier.path)).toEqual({ applied: [] })
  })

  test.each([
    ['a gap', { '0001_a.sql': '', '0003_c.sql': '' }, /0003_c\.sql: expected 0002_<name>\.sql here/],
    ['a number twice', { '0001_a.sql': '', '0001_b.sql': '' }, /0001_b\.sql: expected 0002_<name>\.sql here/],
    ['a file without number', { 'polls.sql': '' }, /polls\.sql: expected 0001_<name>\.sql here/],
  ])('refuses a directory with %s', async (_what, files: Record<string, string>, message) => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory(files)

    await expect(migrateDemo(database, directory.path)).rejects.toThrow(message)
  })

  test('looks at SQL files only', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory({ ...FILES, 'README.md': 'how to add one' })

    expect((await migrateDemo(database, directory.path)).applied).toHaveLength(2)
  })

  test('keeps two schemas of one database apart', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory({ '0001_nothing.sql': 'SELECT 1;' })
    const migrateSchema = (schema: string) =>
      migrate({ url: database.url, schema, directory: directory.path, logger })

    const results = await Promise.all([migrateSchema('demo'), migrateSchema('other "schema"')])

    expect(results).toEqual([{ applied: ['0001_nothing.sql'] }, { applied: ['0001_nothing.sql'] }])
  })

  test('lets go of its lock when it fails', async () => {
    await using database = await blankDatabase()
    await using directory = await migrationsDirectory({ '0001_broken.sql': 'SELECT 1 / 0;' })

    await expect(migrateDemo(database, directory.path)).rejects.toThrow()
    await expect(migrateDemo(database, directory.path)).rejects.toThrow()

    expect(
      await askAt(
        database.url,
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      ),
    ).toEqual([])
  })
})
