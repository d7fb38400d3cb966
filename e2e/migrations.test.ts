import { afterAll, describe, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { randomBytes } from 'node:crypto'
import { connect as connectTo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { freePorts } from '../local/src/processes/free-ports.js'
import { migrationFiles } from './migration-files.js'
import { startProgram, type Program } from './secured/program.js'

// The roles belong to the server, which other suites use as well: it is theirs to make, with the password that all of them know.
const PASSWORD = 'test'

jest.setTimeout(60_000)

const program = fileURLToPath(new URL('../migrations/dist/main.js', import.meta.url))
const serverUrl = process.env.VOTESTREAM_TEST_POSTGRES ?? ''
const databases: string[] = []

const start = (env: NodeJS.ProcessEnv): Program =>
  startProgram({ command: process.execPath, args: [program], env })

const aDatabase = (): string => {
  const name = `migrations_${randomBytes(6).toString('hex')}`
  databases.push(name)
  return name
}

const urlOf = (user: string, database: string): string => {
  const url = new URL(serverUrl)
  url.username = user
  url.password = ''
  url.pathname = `/${database}`
  return url.href
}

/** What somebody says who lets the program make everything. */
const everything = (database: string): Record<string, string> => ({
  ADMIN_DATABASE_URL: serverUrl,
  DATABASE_URL: urlOf('votestream_owner', database),
  ...{ DATABASE_PASSWORD: PASSWORD, POLLS_PASSWORD: PASSWORD, VOTES_PASSWORD: PASSWORD },
})

const asAdmin = async <T>(database: string, run: (client: pg.Client) => Promise<T>): Promise<T> => {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end()
  }
}

const tables = async (database: string): Promise<string[]> =>
  asAdmin(database, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname IN ('polls', 'votes') ORDER BY 1`,
    )
    return rows.map(({ name }) => name)
  })

afterAll(async () => {
  await asAdmin('postgres', async (client) => {
    for (const name of databases) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  })
})

describe('the migrations', () => {
  test('make database, roles and schemas, once, however often and however many at once they run', async () => {
    const database = aDatabase()
    const runs = Array.from({ length: 3 }, () => start(everything(database)))

    expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual([0, 0, 0])
    const migrated = runs.flatMap(({ lines }) => lines).filter((line) => line.includes('"msg":"migrated"'))
    expect(migrated).toHaveLength(migrationFiles.length)
    expect(await tables(database)).toEqual(expect.arrayContaining(['polls.polls', 'votes.votes']))

    const again = start(everything(database))
    expect(await again.ended).toBe(0)
    expect(again.lines.join('\n')).toContain('"applied":[]')
  })

  test('need no administrator where database and roles are there', async () => {
    const database = aDatabase()
    await asAdmin('postgres', (client) => client.query(`CREATE DATABASE ${database} OWNER votestream_owner`))

    const run = start({ DATABASE_URL: urlOf('votestream_owner', database), DATABASE_PASSWORD: PASSWORD })

    expect(await run.ended).toBe(0)
    expect(await tables(database)).toContain('votes.results')
  })

  test('wait for a database that comes up later', async () => {
    const database = aDatabase()
    const [port = 0] = await freePorts(1)
    const env: Record<string, string> = { ...everything(database), DATABASE_WAIT_MS: '30000' }
    for (const name of ['ADMIN_DATABASE_URL', 'DATABASE_URL'] as const) {
      const url = new URL(env[name] ?? '')
      url.port = String(port)
      env[name] = url.href
    }
    const run = start(env)
    await eventually(() => expect(run.lines.join('\n')).toContain('waiting for the database'), {
      timeoutMs: 15_000,
    })

    const road = createServer((socket) => {
      const { hostname, port: target } = new URL(serverUrl)
      const onwards = connectTo(Number(target), hostname)
      socket.on('error', () => onwards.destroy())
      onwards.on('error', () => socket.destroy())
      socket.pipe(onwards).pipe(socket)
    }).listen(port, '127.0.0.1')

    expect(await run.ended).toBe(0)
    await new Promise((resolve) => road.close(resolve))
  })
})

describe('the migrations end', () => {
  test('with 78 and every bad variable where settings are bad', async () => {
    const run = start({ ...everything(aDatabase()), POLLS_PASSWORD: '', VOTES_PASSWORD: '' })

    expect(await run.ended).toBe(78)
    expect(run.lines).toEqual([
      'bad settings:',
      '  POLLS_PASSWORD: is required with ADMIN_DATABASE_URL',
      '  VOTES_PASSWORD: is required with ADMIN_DATABASE_URL',
    ])
  })

  test.each([
    ['DATABASE_PASSWORD', 'wrong', 'password authentication failed'],
    ['DATABASE_URL', 'no database', 'does not exist'],
  ])('with 78 where %s is wrong: %s', async (name, _what, words) => {
    const wrong = { DATABASE_URL: urlOf('votestream_owner', 'nowhere'), DATABASE_PASSWORD: 'hunter2' }
    const right = { DATABASE_URL: urlOf('votestream_owner', 'postgres'), DATABASE_PASSWORD: PASSWORD }
    const run = start({ ...right, [name]: wrong[name as keyof typeof wrong] })

    expect(await run.ended).toBe(78)
    expect(run.lines.join('\n')).toContain(words)
    expect(run.lines.join('\n')).not.toContain('hunter2')
  })

  test('with 1 where nobody answers in time', async () => {
    const run = start({
      ...{ DATABASE_URL: 'postgres://votestream_owner@127.0.0.1:1/votestream', DATABASE_PASSWORD: PASSWORD },
      DATABASE_WAIT_MS: '1500',
    })

    expect(await run.ended).toBe(1)
    expect(run.lines.join('\n')).toContain('the database cannot be reached')
  })

  test('with 1, and not as if all were done, when they are stopped while they wait', async () => {
    const run = start({
      DATABASE_URL: 'postgres://votestream_owner@127.0.0.1:1/votestream',
      DATABASE_PASSWORD: PASSWORD,
    })
    await eventually(() => expect(run.lines.join('\n')).toContain('waiting for the database'), {
      timeoutMs: 15_000,
    })

    await run.end('SIGTERM')

    expect(await run.ended).toBe(1)
  })
})
