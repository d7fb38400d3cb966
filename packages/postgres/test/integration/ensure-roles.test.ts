import { afterAll, describe, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { ensureLogins } from '../../src/ensure-logins.js'
import { ensureRoles } from '../../src/ensure-roles.js'
import { migrate } from '../../src/migrate.js'
import { DATABASE_ROLES, urlForRole } from '../../src/role-url.js'
import { askAt, blankDatabase } from '../support/blank-database.js'
import { askAs, dropLogins, uniqueLogins, withLogins } from '../support/logins.js'
import { migrationsDirectory } from '../support/migrations.js'

const database = await blankDatabase()
afterAll(() => database[Symbol.asyncDispose]())

// The password that @votestream/testing gives the real roles, which other suites use at the same time.
const TEST_PASSWORD = 'test'

describe('ensureRoles', () => {
  test('lets every role log in, and the owner alone create a schema', async () => {
    const passwords = { owner: TEST_PASSWORD, polls: TEST_PASSWORD, votes: TEST_PASSWORD, bus: TEST_PASSWORD }

    await ensureRoles(database, database.name, passwords)

    for (const role of DATABASE_ROLES) {
      const url = urlForRole(database.url, { role, password: TEST_PASSWORD })
      expect(await askAt(url, 'SELECT current_user AS name')).toEqual([{ name: `votestream_${role}` }])
      const creating = askAt(url, `CREATE SCHEMA of_${role}`)
      if (role === 'owner') await expect(creating).resolves.toEqual([])
      else await expect(creating).rejects.toMatchObject({ code: '42501' })
    }
  })
})

describe('the logins', () => {
  test.each([
    'CREATE TABLE public.mine (id int)',
    'CREATE TEMPORARY TABLE mine (id int)',
    'CREATE SCHEMA mine',
  ])('of a service may not %s', async (statement) => {
    await database.ask('GRANT ALL ON SCHEMA public TO PUBLIC') // as Postgres did before 15
    const logins = uniqueLogins()
    await using _logins = await withLogins(database, logins)

    await expect(askAs(database.url, logins[1], statement)).rejects.toMatchObject({ code: '42501' })
  })

  test('of one service see nothing of a schema that is not open to them', async () => {
    const logins = uniqueLogins()
    const [owner, service, stranger] = logins
    await using _logins = await withLogins(database, logins)
    await using directory = await migrationsDirectory({
      '0001_votes.sql': `CREATE TABLE demo.vote (id int); GRANT USAGE ON SCHEMA demo TO ${service.name};
        GRANT SELECT ON demo.vote TO ${service.name};`,
    })
    const url = new URL(database.url)
    Object.assign(url, { username: owner.name, password: owner.password })
    await migrate({
      url: url.href,
      schema: 'demo',
      directory: directory.path,
      logger: pino({ level: 'silent' }),
    })

    expect(await askAs(database.url, service, 'SELECT * FROM demo.vote')).toEqual([])
    for (const table of ['vote', 'migrations'])
      await expect(askAs(database.url, stranger, `SELECT * FROM demo.${table}`)).rejects.toMatchObject({
        code: '42501',
      })
  })

  test('take a new password at the next run, and lose the old one', async () => {
    const logins = uniqueLogins()
    await using _logins = await withLogins(database, logins)
    const renewed = { ...logins[1], password: 'another' }

    await ensureLogins(database, database.name, [renewed])

    await expect(askAs(database.url, logins[1], 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
    await expect(askAs(database.url, renewed, 'SELECT 1')).resolves.toHaveLength(1)
  })

  test.each([
    `'; DROP ROLE postgres; --`,
    `back\\slash'quote"double`,
    'p@ss:w/rd?#%20',
    'pässwörd ﬁn²',
    ' spaces ',
  ])('may have the password %j', async (password) => {
    const logins = uniqueLogins().map((login) => ({ ...login, password }))
    await using _logins = await withLogins(database, logins)

    for (const login of logins) expect(await askAs(database.url, login, 'SELECT 1')).toHaveLength(1)
  })

  test('may not have an empty password', async () => {
    const logins = uniqueLogins().map((login) => ({ ...login, password: '' }))

    await expect(ensureLogins(database, database.name, logins)).rejects.toThrow('the password of owner_')
  })

  test('never show their password to the server', async () => {
    const logins = uniqueLogins().map((login) => ({ ...login, password: 'hunter2' }))
    await using _logins = await withLogins(database, logins)

    const stored = await database.ask<{ rolpassword: string }>(
      'SELECT rolpassword FROM pg_authid WHERE rolname = ANY($1)',
      [logins.map(({ name }) => name)],
    )

    expect(stored).toHaveLength(3)
    for (const { rolpassword } of stored) expect(rolpassword).toMatch(/^SCRAM-SHA-256\$4096:/)
  })

  test('are made once by eight runs that start together for two databases', async () => {
    const first = database
    await using second = await blankDatabase()
    const logins = uniqueLogins()

    await Promise.all(
      [first, second, first, second, first, second, first, second].map(({ url, name }) =>
        ensureLogins({ url }, name, logins),
      ),
    )

    for (const login of logins) {
      expect(await askAs(first.url, login, 'SELECT 1')).toHaveLength(1)
      expect(await askAs(second.url, login, 'SELECT 1')).toHaveLength(1)
    }
    await second.ask(`DROP OWNED BY ${logins.map(({ name }) => name).join(', ')}`)
    await dropLogins(first, logins)
  })
})
