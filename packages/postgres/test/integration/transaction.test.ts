import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { CommitUnknown, sqlState } from '../../src/errors.js'
import type { Transaction } from '../../src/postgres.js'
import { blankDatabase } from '../support/blank-database.js'
import { eventually } from '@votestream/testing'
import { openTestPool } from '../support/open-pool.js'
import { proxyTo, type CommitFault } from '../support/proxy.js'

const UNAVAILABLE = { code: 'unavailable', reason: 'DATABASE_UNAVAILABLE' }
const INSERT = { text: 'INSERT INTO ballot (key) VALUES ($1)', values: ['a'] }

const database = await blankDatabase()
await database.ask('CREATE TABLE ballot (key text UNIQUE DEFERRABLE INITIALLY DEFERRED)')
afterAll(() => database[Symbol.asyncDispose]())
beforeEach(() => database.ask('TRUNCATE ballot'))

const ballots = async (): Promise<string[]> =>
  (await database.ask<{ key: string }>('SELECT key FROM ballot ORDER BY key')).map(({ key }) => key)

const backendOf = async (transaction: Pick<Transaction, 'query'>): Promise<number> => {
  const { rows } = await transaction.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' })
  return rows[0]?.pid ?? 0
}

const terminate = (pid: number) => database.ask('SELECT pg_terminate_backend($1, 2000)', [pid])

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Makes every COMMIT of a ballot take five seconds. */
const slowCommits = async (): Promise<AsyncDisposable> => {
  await database.ask(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(5); RETURN NULL; END'`)
  await database.ask(`CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON ballot DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION dawdle()`)
  return {
    [Symbol.asyncDispose]: async () => {
      await database.ask('DROP FUNCTION dawdle CASCADE')
    },
  }
}

describe('a transaction', () => {
  test('commits what its body did and gives what it returned', async () => {
    await using pool = openTestPool(database.url)

    const result = await pool.transaction(async (transaction) => {
      await transaction.query(INSERT)
      expect(await ballots()).toEqual([])
      return 'done'
    })

    expect(result).toBe('done')
    expect(await ballots()).toEqual(['a'])
  })

  test("rolls back when its body throws, throws the body's error, and keeps the connection", async () => {
    await using pool = openTestPool(database.url, { max: 1 })
    const before = await backendOf(pool)
    const refusal = new Error('the poll is closed')

    const error = await caught(
      pool.transaction(async (transaction) => {
        await transaction.query(INSERT)
        throw refusal
      }),
    )

    expect(error).toBe(refusal)
    expect(await backendOf(pool)).toBe(before)
    await pool.query({ ...INSERT, values: ['b'] })
    expect(await ballots()).toEqual(['b'])
  })

  test('rolls back when a statement fails, and closes the connection', async () => {
    await using pool = openTestPool(database.url, { max: 1 })
    const before = await backendOf(pool)

    const error = await caught(
      pool.transaction(async (transaction) => {
        await transaction.query(INSERT)
        await transaction.query({ text: 'SELECT 1 / 0' })
      }),
    )

    expect(sqlState(error)).toBe('22012')
    expect(await backendOf(pool)).not.toBe(before)
    expect(await ballots()).toEqual([])
  })

  test('does not pass for committed when its body swallowed a failed statement', async () => {
    await using pool = openTestPool(database.url)

    const error = await caught(
      pool.transaction(async (transaction) => {
        await transaction.query(INSERT)
        await caught(transaction.query({ text: 'SELECT 1 / 0' }))
      }),
    )

    expect(error).toMatchObject({
      message: 'COMMIT was answered with ROLLBACK',
      cause: { message: 'division by zero' },
    })
    expect(await ballots()).toEqual([])
  })

  test('commits after a failed statement that its body rolled back to a savepoint', async () => {
    await using pool = openTestPool(database.url)

    await pool.transaction(async (transaction) => {
      await transaction.query(INSERT)
      await transaction.query({ text: 'SAVEPOINT before' })
      await caught(transaction.query({ text: 'SELECT 1 / 0' }))
      await transaction.query({ text: 'ROLLBACK TO before' })
    })

    expect(await ballots()).toEqual(['a'])
  })

  test('cannot be used once it is over', async () => {
    await using pool = openTestPool(database.url)
    const kept = await pool.transaction((transaction) => Promise.resolve(transaction))

    await expect(kept.query(INSERT)).rejects.toThrow('the transaction is over')

    expect(await ballots()).toEqual([])
  })

  test('says that the database is away when it cannot even begin', async () => {
    await using proxy = await proxyTo(database.url)
    await using pool = openTestPool(proxy.url)
    await proxy.goDown()

    expect(await caught(pool.transaction(() => Promise.resolve()))).toMatchObject(UNAVAILABLE)
  })

  test('is rolled back, and known to be, when its backend is killed between two statements', async () => {
    await using pool = openTestPool(database.url)

    const error = await caught(
      pool.transaction(async (transaction) => {
        await transaction.query(INSERT)
        await terminate(await backendOf(transaction))
        await transaction.query({ ...INSERT, values: ['b'] })
      }),
    )

    expect(error).toMatchObject(UNAVAILABLE)
    expect(await ballots()).toEqual([])
    expect(await pool.transaction(backendOf)).toBeGreaterThan(0)
  })

  test('is rolled back, and known to be, when its body swallows the loss of the connection', async () => {
    await using pool = openTestPool(database.url)

    const error = await caught(
      pool.transaction(async (transaction) => {
        await terminate(await backendOf(transaction))
        await caught(transaction.query(INSERT))
        await eventually(async () => {
          await expect(transaction.query(INSERT)).rejects.toMatchObject({
            cause: { message: /not queryable/ },
          })
        })
      }),
    )

    expect(error).not.toBeInstanceOf(CommitUnknown)
    expect(error).toMatchObject(UNAVAILABLE)
    expect(await ballots()).toEqual([])
  })

  test('that dawdles is ended by the server, and the process survives', async () => {
    await using pool = openTestPool(database.url, {
      sessionSettings: { idle_in_transaction_session_timeout: '50ms' },
    })

    const error = await caught(
      pool.transaction(async (transaction) => {
        await transaction.query(INSERT)
        const pid = await backendOf(transaction)
        await eventually(async () => {
          expect(await database.ask('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])).toEqual([])
        })
      }),
    )

    expect(error).toMatchObject(UNAVAILABLE)
    expect(await ballots()).toEqual([])
  })
})

describe('COMMIT', () => {
  test.each<[CommitFault, string[]]>([
    ['request lost', []],
    ['answer lost', ['a']],
  ])('is of unknown outcome when the connection breaks with the %s', async (fault, committed) => {
    await using proxy = await proxyTo(database.url)
    await using pool = openTestPool(proxy.url)
    proxy.loseCommits(fault)

    const error = await caught(pool.transaction((transaction) => transaction.query(INSERT)))

    expect(error).toBeInstanceOf(CommitUnknown)
    expect(error).toMatchObject({ cause: UNAVAILABLE })
    await eventually(async () => expect(await ballots()).toEqual(committed))
  })

  test('is of unknown outcome when its backend is killed while it works', async () => {
    await using _slow = await slowCommits()
    await using pool = openTestPool(database.url)
    const committing = caught(pool.transaction((transaction) => transaction.query(INSERT)))
    const pid = await eventually(async () => {
      const [row] = await database.ask<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'",
      )
      expect(row).toBeDefined()
      return row?.pid ?? 0
    })

    await terminate(pid)

    expect(await committing).toBeInstanceOf(CommitUnknown)
    expect(await ballots()).toEqual([])
  })

  test('is of unknown outcome when its answer does not come in time', async () => {
    await using proxy = await proxyTo(database.url)
    await using pool = openTestPool(proxy.url, { queryTimeoutMs: 200 })

    const error = await caught(
      pool.transaction(async (transaction) => {
        await transaction.query(INSERT)
        proxy.freeze()
      }),
    )

    expect(error).toBeInstanceOf(CommitUnknown)
  })

  test('that Postgres refuses is no unknown outcome', async () => {
    await using pool = openTestPool(database.url)

    const error = await caught(
      pool.transaction(async (transaction) => {
        await transaction.query(INSERT)
        await transaction.query(INSERT)
      }),
    )

    expect(sqlState(error)).toBe('23505')
    expect(error).not.toBeInstanceOf(CommitUnknown)
    expect(await ballots()).toEqual([])
  })
})
