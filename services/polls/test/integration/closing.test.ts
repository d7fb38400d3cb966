import { describe, expect, jest, test } from '@jest/globals'
import { eventually, openDatabase, type TestDatabase } from '@votestream/testing'
import pg from 'pg'
import { listenToChanges, openVotes, openWorld, startService, type World } from '../world.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

const DRAFT = { question: 'Which?', options: ['Python', 'Go'] }
const SOON_MS = 400
/** Less than this waits for no lease of a dead replica (10 s). */
const WITHIN_MS = 8_000

const usAhead = (ms: number): number => (Date.now() + ms) * 1_000

const statusesOf = async ({ polls }: World, ids: readonly number[]): Promise<unknown[]> => {
  const found = await polls.call('GetPolls', { ids: [...ids] })
  return found.polls.map(({ status }) => status)
}

const createPolls = (world: World, count: number, closesAtUs = 0): Promise<number[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const { poll } = await world.polls.call('CreatePoll', { ...DRAFT, closesAtUs })
      return poll?.id ?? 0
    }),
  )

const update = async (database: TestDatabase, text: string): Promise<void> => {
  const client = new pg.Client({ connectionString: database.urlFor('polls') })
  await client.connect()
  await client.query(text)
  await client.end()
}

describe('closing a poll', () => {
  test('is its owner doing, once and for ever', async () => {
    const ended: string[] = []
    await using votes = await openVotes((pollId, closeId) =>
      Promise.resolve(ended.push(`${pollId} ${closeId}`) > 0),
    )
    await using world = await openWorld({ VOTES_ADDRESS: votes.address })
    await using changes = await listenToChanges(world.database.urlFor('bus'))
    const { manageToken } = await world.polls.call('CreatePoll', DRAFT)

    const first = await world.polls.call('ClosePoll', { pollId: 1, manageToken })
    const second = await world.polls.call('ClosePoll', { pollId: 1, manageToken })

    expect(first.poll).toMatchObject({ id: 1, status: 'POLL_STATUS_CLOSED' })
    expect(Math.abs((first.poll?.closedAtUs ?? 0) / 1_000 - Date.now())).toBeLessThan(10_000)
    expect(second).toEqual(first)
    expect(ended).toEqual([expect.stringMatching(/^1 [0-9a-f]{32}$/)])
    await eventually(() => expect(changes.heard.length).toBeGreaterThanOrEqual(2))
  })

  test('is refused to others, and for a poll that does not exist', async () => {
    await using world = await openWorld()
    const { manageToken } = await world.polls.call('CreatePoll', DRAFT)
    const [, second] = await createPolls(world, 2)

    const close = (pollId: number, token: string) =>
      world.polls.call('ClosePoll', { pollId, manageToken: token })
    const wrong = { code: 'permission_denied', reason: 'MANAGE_TOKEN_WRONG' }
    await expect(close(1, '')).rejects.toMatchObject(wrong)
    await expect(close(second ?? 0, manageToken)).rejects.toMatchObject(wrong)
    await expect(close(99, manageToken)).rejects.toMatchObject({
      code: 'not_found',
      reason: 'POLL_NOT_FOUND',
    })
    expect(await statusesOf(world, [1, 2, 3])).toEqual(new Array(3).fill('POLL_STATUS_OPEN'))
  })

  test('answers closing while votes is away, and is finished when it is back', async () => {
    await using database = await openDatabase()
    const url = database.urlFor('polls')
    await using alone = await startService(url)
    await eventually(async () => expect((await alone.ops('/readyz')).status).toBe(200))
    const { manageToken } = await alone.polls.call('CreatePoll', DRAFT)
    const { poll } = await alone.polls.call('ClosePoll', { pollId: 1, manageToken })
    expect(poll?.status).toBe('POLL_STATUS_CLOSING')
    await alone.stop()

    await using votes = await openVotes(() => Promise.resolve(true))
    await using next = await startService(url, { VOTES_ADDRESS: votes.address })

    await eventually(async () => expect(await statusesOf(next, [1])).toEqual(['POLL_STATUS_CLOSED']), {
      timeoutMs: WITHIN_MS,
    })
  })
})

describe('polls with an end', () => {
  test('close by themselves when it comes, each once over two replicas, and the others stay open', async () => {
    const asked: string[] = []
    await using votes = await openVotes((pollId, closeId) => {
      asked.push(`${pollId} ${closeId}`)
      return Promise.resolve(true)
    })
    await using world = await openWorld({ VOTES_ADDRESS: votes.address })
    await using other = await startService(world.database.urlFor('polls'), { VOTES_ADDRESS: votes.address })
    const due = await createPolls(world, 100, usAhead(SOON_MS))
    const [later, never] = [await createPolls(world, 1, usAhead(60_000)), await createPolls(world, 1)]

    await eventually(
      async () => expect(new Set(await statusesOf(other, due))).toEqual(new Set(['POLL_STATUS_CLOSED'])),
      { timeoutMs: WITHIN_MS },
    )

    expect(await statusesOf(world, [...later, ...never])).toEqual(['POLL_STATUS_OPEN', 'POLL_STATUS_OPEN'])
    expect(asked).toHaveLength(due.length)
  })

  test('close although votes fails, is not ready, or does not answer at first', async () => {
    const asked = new Map<number, string[]>()
    await using votes = await openVotes((pollId, closeId) => {
      const before = asked.get(pollId) ?? []
      asked.set(pollId, [...before, closeId])
      if (before.length > 1) return Promise.resolve(true)
      if (pollId === 1) return Promise.reject(new Error('votes is not well'))
      return pollId === 2 ? Promise.resolve(false) : new Promise(() => undefined)
    })
    await using world = await openWorld({ VOTES_ADDRESS: votes.address })
    const due = await createPolls(world, 3, usAhead(SOON_MS))

    await eventually(
      async () => expect(await statusesOf(world, due)).toEqual(new Array(3).fill('POLL_STATUS_CLOSED')),
      { timeoutMs: 20_000 },
    )

    // However often it is asked: one closing.
    expect([...asked.values()].map((closeIds) => new Set(closeIds).size)).toEqual([1, 1, 1])
  })

  test.each([
    ['before the log has its end', `UPDATE polls.polls SET status = 'closing', close_id = gen_random_uuid()`],
    [
      'with a lease that is over',
      `UPDATE polls.polls SET status = 'closing', close_id = gen_random_uuid(), close_leased_until = now() - interval '1 ms'`,
    ],
  ])('close when a replica died %s', async (_when, died) => {
    await using votes = await openVotes(() => Promise.resolve(true))
    await using world = await openWorld({ VOTES_ADDRESS: votes.address })
    const polls = await createPolls(world, 1, usAhead(60_000))

    await update(world.database, died)

    await eventually(async () => expect(await statusesOf(world, polls)).toEqual(['POLL_STATUS_CLOSED']), {
      timeoutMs: WITHIN_MS,
    })
  })

  test('are left alone while the lease of another replica lasts', async () => {
    let asked = 0
    await using votes = await openVotes(() => Promise.resolve((asked += 1) > 0))
    await using world = await openWorld({ VOTES_ADDRESS: votes.address })
    const { manageToken } = await world.polls.call('CreatePoll', DRAFT)
    await update(
      world.database,
      `UPDATE polls.polls SET status = 'closing', close_id = gen_random_uuid(), close_leased_until = now() + interval '1 h'`,
    )

    const { poll } = await world.polls.call('ClosePoll', { pollId: 1, manageToken })
    await new Promise((resolve) => setTimeout(resolve, 1_500))

    expect(poll?.status).toBe('POLL_STATUS_CLOSING')
    expect(asked).toBe(0)
  })
})
