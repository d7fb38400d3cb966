import { afterAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { sqlState } from '../../src/errors.js'
import { blankDatabase } from '../support/blank-database.js'
import { eventually } from '@votestream/testing'
import { openTestPool, type TestPool } from '../support/open-pool.js'
import { proxyTo } from '../support/proxy.js'

const database = await blankDatabase()
afterAll(() => database[Symbol.asyncDispose]())

const UNAVAILABLE = { code: 'unavailable', reason: 'DATABASE_UNAVAILABLE' }
const BUSY = { code: 'unavailable', reason: 'DATABASE_BUSY' }

const backendOf = async (pool: TestPool): Promise<number> => {
  const { rows } = await pool.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' })
  return rows[0]?.pid ?? 0
}

const terminate = (pid: number) => database.ask('SELECT pg_terminate_backend($1, 2000)', [pid])

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('a statement', () => {
  test('gives rows and their number, int8 and int8[] as numbers', async () => {
    await using pool = openTestPool(database.url)

    const result = await pool.query({
      name: 'numbers',
      text: 'SELECT $1::bigint AS total, $2::bigint[] AS counts, NULL::bigint AS none, count(*) AS rows FROM generate_series(1, 3)',
      values: [Number.MAX_SAFE_INTEGER, [1, null, -2]],
    })

    expect(result.rows).toEqual([
      { total: Number.MAX_SAFE_INTEGER, counts: [1, null, -2], none: null, rows: 3 },
    ])
    expect(result.rowCount).toBe(1)
  })

  test('refuses an int8 that a number cannot hold, and leaves the parsers of all other users of pg alone', async () => {
    await using pool = openTestPool(database.url)

    await expect(pool.query({ text: 'SELECT 9007199254740993' })).rejects.toThrow('beyond a safe integer')
    await expect(pool.query({ text: 'SELECT ARRAY[9007199254740993]' })).rejects.toThrow(
      'beyond a safe integer',
    )
    const parseInt8 = pg.types.getTypeParser(pg.types.builtins.INT8) as (text: string) => unknown
    expect(parseInt8('9007199254740993')).toBe('9007199254740993')
  })

  test("that Postgres refuses rejects with Postgres' own error", async () => {
    await using pool = openTestPool(database.url)

    const error = await caught(pool.query({ text: 'SELECT 1 / 0' }))

    expect(sqlState(error)).toBe('22012')
    expect(error).toMatchObject({ message: 'division by zero' })
  })

  test('that failed takes its connection with it', async () => {
    await using pool = openTestPool(database.url, { max: 1 })
    const before = await backendOf(pool)
    expect(await backendOf(pool)).toBe(before)

    await caught(pool.query({ text: 'SELECT 1 / 0' }))

    expect(await backendOf(pool)).not.toBe(before)
  })

  test('is given up by the server after the statement timeout: busy, with the SQLSTATE still to be had', async () => {
    await using pool = openTestPool(database.url, { statementTimeoutMs: 100 })

    const error = await caught(pool.query({ text: 'SELECT pg_sleep(5)' }))

    expect(error).toMatchObject(BUSY)
    expect(sqlState(error)).toBe('57014')
    expect(pool.healthy).toBe(true) // a refusal is an answer too
  })

  test('gives up waiting for a lock after the lock timeout: busy', async () => {
    await using pool = openTestPool(database.url, { lockTimeoutMs: 100 })

    const error = await pool.transaction(async (holder) => {
      await holder.query({ text: 'SELECT pg_advisory_xact_lock(1)' })
      return caught(pool.query({ text: 'SELECT pg_advisory_lock(1)' }))
    })

    expect(error).toMatchObject(BUSY)
    expect(sqlState(error)).toBe('55P03')
  })

  test('is given up by the client when the server does not even time out: unavailable', async () => {
    await using proxy = await proxyTo(database.url)
    await using pool = openTestPool(proxy.url, { queryTimeoutMs: 200, connectTimeoutMs: 200 })
    await pool.start()

    proxy.freeze()

    expect(await caught(pool.query({ text: 'SELECT 1' }))).toMatchObject(UNAVAILABLE)
    expect(pool.healthy).toBe(false)
    expect(await caught(pool.query({ text: 'SELECT 1' }))).toMatchObject(UNAVAILABLE) // no connection can be made
  })

  test('whose backend is killed is unavailable, with its cause', async () => {
    await using pool = openTestPool(database.url, { max: 1 })
    const pid = await backendOf(pool)
    const running = caught(pool.query({ text: 'SELECT pg_sleep(5)' }))
    await eventually(async () => {
      expect(
        await database.ask('SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = $2', [pid, 'active']),
      ).toHaveLength(1)
    })

    await terminate(pid)

    const error = await running
    expect(error).toMatchObject(UNAVAILABLE)
    expect(sqlState(error)).toBe('57P01')
    expect(await pool.query({ text: 'SELECT 1' })).toMatchObject({ rowCount: 1 })
  })

  test('that waits too long for a free connection is busy, and the database still healthy', async () => {
    await using pool = openTestPool(database.url, { max: 1, connectTimeoutMs: 100 })
    await pool.start()
    const holding = pool.query({ text: 'SELECT pg_sleep(0.5)' })

    const error = await caught(pool.query({ text: 'SELECT 1' }))

    expect(error).toMatchObject(BUSY)
    expect(await pool.ping()).toBe(true)
    expect(pool.healthy).toBe(true)
    await holding
  })

  test('after stop() is unavailable', async () => {
    const pool = openTestPool(database.url)
    await pool.start()

    await pool.stop()

    expect(await caught(pool.query({ text: 'SELECT 1' }))).toMatchObject(UNAVAILABLE)
  })
})

describe('a session', () => {
  test('has the timeouts, the name and the further settings from its first statement on', async () => {
    await using pool = openTestPool(database.url, {
      sessionSettings: {
        idle_in_transaction_session_timeout: '3s',
        search_path: '"a b", c\\d',
        work_mem: '7MB',
      },
    })

    const { rows } = await pool.query({
      text: `SELECT name, setting FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', 'application_name',
        'idle_in_transaction_session_timeout', 'search_path', 'work_mem')`,
    })

    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      statement_timeout: '4000',
      lock_timeout: '2000',
      application_name: 'votestream-test',
      idle_in_transaction_session_timeout: '3000',
      search_path: '"a b", c\\d',
      work_mem: '7168',
    })
  })
})

describe('health', () => {
  test('is known after start()', async () => {
    await using pool = openTestPool(database.url)
    expect(pool.healthy).toBe(false)

    await pool.start()

    expect(pool.healthy).toBe(true)
  })

  test('starts without the database and finds it within about a second of its coming up', async () => {
    await using proxy = await proxyTo(database.url)
    await proxy.goDown()
    await using pool = openTestPool(proxy.url)

    await pool.start()
    expect(pool.healthy).toBe(false)
    expect(await pool.ping()).toBe(false)
    expect(await caught(pool.query({ text: 'SELECT 1' }))).toMatchObject(UNAVAILABLE)

    await proxy.comeUp()
    await eventually(() => expect(pool.healthy).toBe(true), { timeoutMs: 1_500 })
  })

  test('notices a lost database without being asked, and its return', async () => {
    await using proxy = await proxyTo(database.url)
    await using pool = openTestPool(proxy.url)
    await pool.start()

    await proxy.goDown()
    await eventually(() => expect(pool.healthy).toBe(false), { timeoutMs: 500 })
    await proxy.comeUp()
    await eventually(() => expect(pool.healthy).toBe(true), { timeoutMs: 1_500 })

    expect(await pool.query({ text: 'SELECT 1' })).toMatchObject({ rowCount: 1 })
  })

  test('comes back at once when only an idle connection died', async () => {
    await using pool = openTestPool(database.url)
    await pool.start()

    await terminate(await backendOf(pool))

    await eventually(() => expect(pool.healthy).toBe(true), { timeoutMs: 500 })
    expect(await pool.query({ text: 'SELECT 1' })).toMatchObject({ rowCount: 1 })
  })

  test('a refused login is unavailable: the roles may still be on their way', async () => {
    const url = new URL(database.url)
    url.password = 'wrong'
    await using pool = openTestPool(url.href)

    const error = await caught(pool.query({ text: 'SELECT 1' }))

    expect(error).toMatchObject(UNAVAILABLE)
    expect(sqlState(error)).toBe('28P01')
    expect(String(error)).not.toContain('wrong')
  })
})

describe('a health check', () => {
  const IDLE_MS = 1_100
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const tookMs = async (checking: Promise<boolean>): Promise<[boolean, number]> => {
    const startedAtMs = performance.now()
    return [await checking, performance.now() - startedAtMs]
  }

  test('is right about a database that was idle', async () => {
    await using pool = openTestPool(database.url)
    await pool.start()

    await pause(IDLE_MS)

    expect(await pool.healthCheck()).toBe(true)
  })

  test('notices within a second that an idle database is frozen, and soon that it is not any more', async () => {
    await using proxy = await proxyTo(database.url)
    await using pool = openTestPool(proxy.url)
    await pool.start()
    await pause(IDLE_MS)

    proxy.freeze()
    expect(pool.healthy).toBe(true)
    const checks = await Promise.all([tookMs(pool.healthCheck()), tookMs(pool.healthCheck())])
    proxy.thaw()

    expect(checks.map(([answer]) => answer)).toEqual([false, false])
    expect(Math.max(...checks.map(([, ms]) => ms))).toBeLessThan(1_200)
    await eventually(async () => expect(await pool.healthCheck()).toBe(true), { timeoutMs: 4_000 })
  })

  test('does not wait for a connection when all are in use', async () => {
    await using pool = openTestPool(database.url, { max: 1 })
    await pool.start()
    const sleeping = pool.query({ text: 'SELECT pg_sleep(2.5)' })
    const waiting = pool.query({ text: 'SELECT 1' }) // and this one waits for it
    waiting.catch(() => undefined)
    await pause(IDLE_MS)

    const [answer, ms] = await tookMs(pool.healthCheck())
    await sleeping

    expect(answer).toBe(true)
    expect(ms).toBeLessThan(500)
    const left = await database.ask<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'votestream-test-health'`,
    )
    expect(left).toEqual([{ n: 0 }])
  })

  test('notices a frozen database while all connections wait for it', async () => {
    await using proxy = await proxyTo(database.url)
    await using pool = openTestPool(proxy.url, { max: 1, queryTimeoutMs: 3_500 })
    await pool.start()
    proxy.freeze()
    const hanging = caught(pool.query({ text: 'SELECT 1' }))
    await pause(IDLE_MS)
    expect(pool.healthy).toBe(true)

    const [answer, ms] = await tookMs(pool.healthCheck())

    expect(answer).toBe(false)
    expect(ms).toBeLessThan(1_200)
    await eventually(() => expect(pool.healthy).toBe(false), { timeoutMs: 500 })
    await hanging
  })

  test('takes a refusal for lack of connections as a sign of life', async () => {
    const role = `poor_${process.pid}`
    await database.ask(`CREATE ROLE ${role} LOGIN PASSWORD 'test' CONNECTION LIMIT 1`)
    const url = new URL(database.url)
    ;[url.username, url.password] = [role, 'test']
    await using _role = {
      [Symbol.asyncDispose]: async () => {
        await database.ask(`DROP ROLE ${role}`)
      },
    }
    await using poor = openTestPool(url.href, { max: 1 })
    await poor.start()
    const sleeping = poor.query({ text: 'SELECT pg_sleep(2)' })
    await pause(IDLE_MS)

    const answer = await poor.healthCheck()
    await sleeping

    expect(answer).toBe(true)
  })
})

describe('metrics', () => {
  test('count statements by name and failures by class, and several pools share a registry', async () => {
    await using pool = openTestPool(database.url)
    await using other = openTestPool(database.url, { registry: pool.registry, applicationName: 'other' })

    await pool.query({ name: 'one', text: 'SELECT 1' })
    await other.query({ text: 'SELECT 1' })
    await caught(pool.query({ text: 'SELECT 1 / 0' }))
    const metrics = await pool.registry.metrics()

    const statements = 'votestream_postgres_statement_duration_seconds_count'
    expect(metrics).toContain(`${statements}{pool="votestream-test",statement="one"} 1`)
    expect(metrics).toContain(`${statements}{pool="other",statement="unnamed"} 1`)
    expect(metrics).toContain('votestream_postgres_failures_total{pool="votestream-test",kind="22"} 1')
    expect(metrics).toContain('votestream_postgres_connections{pool="other",state="idle"} 1')
  })
})
