import { describe, expect, jest, test } from '@jest/globals'
import { pollsServiceName } from '@votestream/proto'
import { eventually, openDatabase, tcpProxy } from '@votestream/testing'
import pg from 'pg'
import { aDraft, theLargestDraft } from '../builders.js'
import { listenToChanges, openWorld, startService } from '../world.js'
import type { World } from '../world.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

type Request = Parameters<World['polls']['call']>[1]

const request = (parts: Parameters<typeof aDraft>[0] & { idempotencyKey?: string } = {}): Request => {
  const { idempotencyKey = '', ...draft } = parts
  const { question, options, theme } = aDraft(draft)
  return { question, options: [...options], theme: theme ?? '', idempotencyKey }
}

const query = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

const pollCounts = async ({ polls }: World): Promise<Record<string, number>> => {
  const { themes } = await polls.call('ListThemes', {})
  return Object.fromEntries(themes.map(({ key, pollCount }) => [key, pollCount]))
}

describe('creating a poll', () => {
  test('answers with the poll, which can be read again', async () => {
    await using world = await openWorld()
    const before = Date.now()

    const { poll } = await world.polls.call('CreatePoll', request({ question: ' Which? ', theme: 'Sports' }))
    const { polls } = await world.polls.call('GetPolls', { ids: [99, poll?.id ?? 0] })

    expect(poll).toEqual({
      id: 1,
      question: 'Which?',
      theme: 'Sports',
      status: 'POLL_STATUS_OPEN',
      options: ['Python', 'Go'],
      createdAtUs: expect.any(Number) as unknown,
      ...{ opensAtUs: 0, closesAtUs: 0, closedAtUs: 0 },
    })
    expect(Math.abs((poll?.createdAtUs ?? 0) / 1_000 - before)).toBeLessThan(10_000)
    expect(polls).toEqual([poll])
  })

  test('keeps every character', async () => {
    await using world = await openWorld()
    const question = `"'\\{},;--NULL 🔥 \u05d0 \u0007`
    const options = ['NULL', '{"a",b}', 'back\\slash', '"quoted"', "it's", '🔥']

    const { poll } = await world.polls.call('CreatePoll', request({ question, options }))
    const { polls } = await world.polls.call('GetPolls', { ids: [poll?.id ?? 0] })

    expect(polls).toMatchObject([{ question, options, theme: '' }])
  })

  test('takes the largest poll that the rules allow', async () => {
    await using world = await openWorld()

    const { poll } = await world.polls.call('CreatePoll', request(theLargestDraft()))

    const { question, theme, options } = theLargestDraft()
    expect(poll).toMatchObject({ question, theme, options })
  })

  test('names every fault at once', async () => {
    await using world = await openWorld()

    const creating = world.polls.call(
      'CreatePoll',
      request({ question: '', options: ['a', 'a'], theme: 'Nope' }),
    )

    await expect(creating).rejects.toMatchObject({
      code: 'invalid_argument',
      reason: 'INVALID_BODY',
      details: [{ path: 'question' }, { path: 'options[1].text' }, { path: 'theme' }],
    })
    expect(await world.polls.call('GetStats', {})).toEqual({ totalPolls: 0 })
  })

  test('50 times at once with one key makes one poll', async () => {
    await using world = await openWorld()
    const asked = request({ theme: 'OnTrend', idempotencyKey: 'one-key' })

    const answers = await Promise.all(Array.from({ length: 50 }, () => world.polls.call('CreatePoll', asked)))

    const [first] = answers
    expect(answers).toEqual(Array.from({ length: 50 }, () => first))
    expect((await world.polls.call('ListPolls', {})).polls).toEqual([first?.poll])
    expect(await pollCounts(world)).toEqual({ OnTrend: 1, MoralDilemmas: 0, Sports: 0 })
  })

  test('on two replicas at once with one key makes one poll', async () => {
    await using world = await openWorld()
    await using replica = await startService(world.database.urlFor('polls'))
    await eventually(async () => expect((await replica.ops('/readyz')).status).toBe(200))
    const keys = Array.from({ length: 10 }, (_, index) => `key-${index}`)

    const answers = await Promise.all(
      keys.map((idempotencyKey) =>
        Promise.all(
          [world, replica, world, replica].map(({ polls }) =>
            polls.call('CreatePoll', request({ theme: 'Sports', idempotencyKey })),
          ),
        ),
      ),
    )

    for (const [first, ...others] of answers) expect(others).toEqual([first, first, first])
    expect(new Set(answers.map(([first]) => first?.poll?.id)).size).toBe(10)
    expect(await replica.polls.call('GetStats', {})).toEqual({ totalPolls: 10 })
    expect(await pollCounts(replica)).toEqual({ OnTrend: 0, MoralDilemmas: 0, Sports: 10 })
  })

  test('with the key of another poll is refused', async () => {
    await using world = await openWorld()
    await world.polls.call('CreatePoll', request({ idempotencyKey: 'one-key' }))

    const creating = world.polls.call(
      'CreatePoll',
      request({ question: 'Another?', idempotencyKey: 'one-key' }),
    )

    await expect(creating).rejects.toMatchObject({ code: 'out_of_range', reason: 'IDEMPOTENCY_KEY_REUSED' })
    expect(await world.polls.call('GetStats', {})).toEqual({ totalPolls: 1 })
  })

  test('without a key makes a poll each time, and each one counts', async () => {
    await using world = await openWorld()
    const themes = ['OnTrend', 'MoralDilemmas', null]

    const asked = Array.from({ length: 60 }, (_, index) => request({ theme: themes[index % 3] ?? null }))
    await Promise.all(asked.map((each) => world.polls.call('CreatePoll', each)))

    expect(await pollCounts(world)).toEqual({ OnTrend: 20, MoralDilemmas: 20, Sports: 0 })
    expect(await world.polls.call('GetStats', {})).toEqual({ totalPolls: 60 })
  })

  test('is told to everybody on the bus', async () => {
    await using world = await openWorld()
    await using changes = await listenToChanges(world.database.urlFor('bus'))

    const { poll } = await world.polls.call('CreatePoll', request())

    await eventually(() => expect(changes.heard).toEqual([poll?.id]))
  })
})

describe('listing polls', () => {
  test('goes through all pages, newest first, by theme and status', async () => {
    await using world = await openWorld()
    const themes = ['OnTrend', 'Sports', null]
    for (let index = 0; index < 12; index += 1)
      await world.polls.call('CreatePoll', request({ theme: themes[index % 3] ?? null }))
    await query(
      world.database.urlFor('admin'),
      `UPDATE polls.polls SET status = 'closed' WHERE id IN (1, 4, 6)`,
    )
    const list = async (filter: Request): Promise<number[][]> => {
      const pages: number[][] = []
      for (let afterId = 0, isLast = false; !isLast; isLast = afterId === 0) {
        const page = await world.polls.call('ListPolls', { ...filter, limit: 3, afterId })
        pages.push(page.polls.map(({ id }) => id))
        afterId = page.nextAfterId
      }
      return pages
    }

    expect(await list({})).toEqual([
      [12, 11, 10],
      [9, 8, 7],
      [6, 5, 4],
      [3, 2, 1],
    ])
    expect(await list({ theme: 'OnTrend' })).toEqual([[10, 7, 4], [1]])
    expect(await list({ theme: 'on-trend' })).toEqual([[10, 7, 4], [1]])
    expect(await list({ theme: 'MoralDilemmas' })).toEqual([[]])
    expect(await list({ status: 'POLL_STATUS_CLOSED' })).toEqual([[6, 4, 1]])
    expect(await list({ theme: 'OnTrend', status: 'POLL_STATUS_CLOSED' })).toEqual([[4, 1]])
    expect(await list({ theme: 'OnTrend', status: 'POLL_STATUS_OPEN' })).toEqual([[10, 7]])
  })

  test('of an unknown theme is an error', async () => {
    await using world = await openWorld()

    const listing = world.polls.call('ListPolls', { theme: 'Politics' })

    await expect(listing).rejects.toMatchObject({ code: 'not_found', reason: 'THEME_NOT_FOUND' })
  })

  test('brings the largest polls in pages that fit into a message', async () => {
    await using world = await openWorld()
    await query(
      world.database.urlFor('admin'),
      `INSERT INTO polls.polls (question, options)
       SELECT repeat('🔥', 300), (SELECT array_agg(repeat('🔥', 118) || lpad(i::text, 2, '0')) FROM generate_series(0, 19) i)
       FROM generate_series(1, 110)`,
    )

    const first = await world.polls.call('ListPolls', { limit: 200 })
    const second = await world.polls.call('ListPolls', { limit: 200, afterId: first.nextAfterId })

    expect(first.polls.length + second.polls.length).toBe(110)
    expect(second.nextAfterId).toBe(0)
  })
})

test('the themes come in their order, with all that a page shows', async () => {
  await using world = await openWorld()
  await query(world.database.urlFor('admin'), `UPDATE polls.themes SET position = 0 WHERE key = 'Sports'`)

  const { themes } = await world.polls.call('ListThemes', {})

  expect(themes.map(({ key, slug, name }) => ({ key, slug, name }))).toEqual([
    { key: 'Sports', slug: 'sports', name: 'Sports' },
    { key: 'OnTrend', slug: 'on-trend', name: 'On Trend' },
    { key: 'MoralDilemmas', slug: 'moral-dilemmas', name: 'Moral Dilemmas' },
  ])
  for (const { description, color, icon } of themes) {
    expect(description).toMatch(/\.$/)
    expect(color).toMatch(/^#[0-9a-f]{6}$/)
    expect(icon).not.toBe('')
  }
})

describe('the service', () => {
  test('says over gRPC how it and its database are', async () => {
    await using world = await openWorld()
    const ask = (name: string) => world.polls.health(name, 1_000)

    expect([await ask(''), await ask(pollsServiceName), await ask('postgres'), await ask('kafka')]).toEqual([
      true,
      true,
      true,
      null,
    ])
  })

  test('serves without its database, unready, and says so', async () => {
    await using world = await startService('postgres://votestream_polls:test@127.0.0.1:1/none')

    const reading = world.polls.call('GetStats', {})

    await expect(reading).rejects.toMatchObject({ code: 'unavailable', reason: 'DATABASE_UNAVAILABLE' })
    expect(await world.ops('/livez')).toMatchObject({ status: 200 })
    expect(await world.ops('/readyz')).toMatchObject({ status: 503 })
    expect([await world.polls.health('', 1_000), await world.polls.health('postgres', 1_000)]).toEqual([
      false,
      false,
    ])
  })

  test('says within a second that its idle database is frozen, and soon that it is back', async () => {
    await using database = await openDatabase()
    const url = database.urlFor('polls')
    const { hostname, port } = new URL(url)
    await using proxy = await tcpProxy({ host: hostname, port: Number(port) })
    await using world = await startService(proxy.through(url))
    await eventually(async () => expect((await world.ops('/readyz')).status).toBe(200))
    await eventually(async () => expect(await world.polls.health('postgres', 2_000)).toBe(true))

    proxy.freeze()
    await new Promise((resolve) => setTimeout(resolve, 1_100)) // its last proof of life has gone by
    const [frozen, ready] = [await world.polls.health('postgres', 1_500), await world.ops('/readyz')]
    proxy.thaw()

    expect(frozen).toBe(false)
    expect(ready.status).toBe(200) // an engine that all share never makes every replica unready
    await eventually(async () => expect(await world.polls.health('postgres', 1_500)).toBe(true))
  })

  test('is unready first when it is stopped, and still answers while others forget it', async () => {
    await using world = await openWorld({ DRAIN_DELAY_MS: '700' })

    const stopped = world.stop()

    expect(await world.ops('/readyz')).toEqual({ status: 503, body: 'draining\n' })
    expect(await world.polls.call('GetStats', {})).toEqual({ totalPolls: 0 })
    await stopped
    await expect(world.polls.call('GetStats', {})).rejects.toMatchObject({ reason: 'UNREACHABLE' })
  })

  test('counts its calls', async () => {
    await using world = await openWorld()
    await world.polls.call('GetStats', {})

    const { body } = await world.ops('/metrics')

    expect(body).toMatch(/votestream_rpc_server_handled_total\{[^}]*PollsService\/GetStats[^}]*\} 1/)
  })
})

test('while it drains it is not ready, but alive, and serves on', async () => {
  await using database = await openDatabase()
  await using world = await startService(database.urlFor('polls'), { DRAIN_DELAY_MS: '1000' })
  const health = async () => [
    await world.polls.health('liveness', 1_000),
    await world.polls.health('readiness', 1_000),
    (await world.ops('/readyz')).status,
  ]
  await eventually(async () => expect(await health()).toEqual([true, true, 200]))

  const stopped = world.stop()

  expect(await health()).toEqual([true, false, 503])
  expect(await world.polls.call('GetStats', {})).toMatchObject({ totalPolls: 0 })
  await stopped
})

test.each([
  ['change a question', `UPDATE polls.polls SET question = 'x'`],
  ['choose an id', `INSERT INTO polls.polls (id, question, options) VALUES (1, 'x', '{a,b}')`],
  ['delete a poll', 'DELETE FROM polls.polls'],
  ['change a theme', `UPDATE polls.themes SET name = 'x'`],
  ['make a table', 'CREATE TABLE polls.x ()'],
  ['drop a table', 'DROP TABLE polls.polls'],
  ['change the migrations', 'DELETE FROM polls.migrations'],
  ['read the votes', 'SELECT * FROM votes.votes'],
])('the role of polls may not %s', async (_what, text) => {
  await using database = await openDatabase()

  const trying = query(database.urlFor('polls'), text)

  await expect(trying).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|428C9)$/) as unknown })
})

test.each([
  ['an empty question', `('', '{a,b}')`],
  ['one option', `('x', '{a}')`],
  ['21 options', `('x', string_to_array(repeat('a,', 20) || 'a', ','))`],
])('the table itself refuses %s', async (_what, row) => {
  await using database = await openDatabase()

  const trying = query(database.urlFor('polls'), `INSERT INTO polls.polls (question, options) VALUES ${row}`)

  await expect(trying).rejects.toMatchObject({ code: '23514' })
})
