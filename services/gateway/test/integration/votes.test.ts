import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { AppError, unavailable } from '@votestream/errors'
import { eventually } from '@votestream/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { openWorld, told, type World, type WorldOptions } from '../world.js'

let world: World
const open = async (options?: WorldOptions): Promise<void> => {
  world = await openWorld(options)
}
afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

const never = (): Promise<never> => new Promise(() => undefined)

describe('a vote', () => {
  beforeEach(() => open())

  test('reaches votes with its ids and its request', async () => {
    const response = await world.vote(1, { choice: 1 }, { 'X-Request-Id': 'the-vote' })

    const { body } = await told(response)
    expect(body).toEqual({ status: 'ok', vote_id: body.vote_id, poll_id: 1, choice: 1, version: 17 })
    const [ballot] = world.votes.cast
    expect(ballot).toMatchObject({ pollId: 1, choice: 1, requestId: 'the-vote' })
    expect(ballot?.voteId.toString('hex')).toBe(String(body.vote_id).replaceAll('-', ''))
    expect(ballot?.ballotKey).toEqual(ballot?.voteId)
  })

  test('has the same id for the same key at one poll, and another one elsewhere', async () => {
    const idOf = async (pollId: number, key?: string): Promise<unknown> =>
      (
        await told(
          await world.vote(pollId, { choice: 0 }, key === undefined ? {} : { 'Idempotency-Key': key }),
        )
      ).body.vote_id

    const [first, again, otherPoll, otherKey, none, noneAgain] = await Promise.all([
      idOf(1, 'k'),
      idOf(1, 'k'),
      idOf(2, 'k'),
      idOf(1, 'l'),
      idOf(1),
      idOf(1),
    ])

    expect(again).toBe(first)
    expect(new Set([first, otherPoll, otherKey, none, noneAgain]).size).toBe(5)
  })

  test.each([
    '',
    'null',
    '[]',
    '0',
    '{}',
    '{"choice":null}',
    '{"choice":"1"}',
    '{"choice":true}',
    '{"choice":[]}',
    '{"choice":1.5}',
    '{"choice":-1}',
    '{"choice":1e400}',
    '{"choice":1e-400}',
    '{"choice":1.0000000000000001}',
    '{"choice":9007199254740993}',
    '{"choice":0,"choice":0}',
    '{"choice":0,"other":0}',
    '{"Choice":0}',
    '{"__proto__":{"choice":0}}',
  ])('with the body %j is INVALID_BODY', async (body) => {
    const answer = await told(await world.vote(1, body))

    expect(answer).toMatchObject({ status: 400, body: { reason: 'INVALID_BODY' } })
    expect(world.votes.cast).toEqual([])
  })

  test.each([
    ['{"choice":1.0}', 1],
    ['{"choice":1e0}', 1],
    ['{"choice":-0}', 0],
    ['{"choice":4294967296}', 4_294_967_295],
    ['{"choice":9007199254740991}', 4_294_967_295],
  ])('with the body %s is sent as %d', async (body, choice) => {
    await world.vote(1, body)

    expect(world.votes.cast[0]?.choice).toBe(choice)
  })

  test.each(['', 'x'.repeat(129), 'with space', 'tab\there'])('with the key %j is refused', async (key) => {
    const { status, body } = await told(await world.vote(1, { choice: 0 }, { 'Idempotency-Key': key }))

    expect({ status, reason: body.reason }).toEqual({ status: 400, reason: 'INVALID_IDEMPOTENCY_KEY' })
  })

  test.each(['text/plain', 'application/json; charset=latin1'])('of the type %s is 415', async (type) => {
    const { status, body } = await told(await world.vote(1, { choice: 0 }, { 'Content-Type': type }))

    expect({ status, reason: body.reason }).toEqual({ status: 415, reason: 'UNSUPPORTED_MEDIA_TYPE' })
  })

  test('that is counted late is counted, not pending', async () => {
    world.votes.handlers.CastVotes = async function* () {
      yield { outcomes: [{ index: 0, status: 'OUTCOME_STATUS_PENDING' }] }
      await new Promise((resolve) => setTimeout(resolve, 50))
      yield { outcomes: [{ index: 0, status: 'OUTCOME_STATUS_COUNTED', version: 3 }] }
    }

    expect(await told(await world.vote(1, { choice: 0 }))).toMatchObject({
      status: 200,
      body: { version: 3 },
    })
  })

  test('that the log has when votes has no more to say is pending at once', async () => {
    world.votes.handlers.CastVotes = async function* () {
      await Promise.resolve()
      yield { outcomes: [{ index: 0, status: 'OUTCOME_STATUS_PENDING' }] }
    }
    const startedAt = performance.now()

    const response = await world.vote(1, { choice: 0 })

    expect(performance.now() - startedAt).toBeLessThan(1_000)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(response.headers.get('preference-applied')).toBeNull()
    expect(await told(response)).toMatchObject({
      status: 202,
      body: { status: 'pending', vote_id: expect.any(String) },
    })
  })

  test('that need not be counted first is pending as soon as the log has it', async () => {
    let count: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (count = resolve))
    world.votes.handlers.CastVotes = async function* ({ ballots }) {
      yield { outcomes: ballots.map((_ballot, index) => ({ index, status: 'OUTCOME_STATUS_PENDING' })) }
      await gate
      yield {
        outcomes: ballots.map((_ballot, index) => ({ index, status: 'OUTCOME_STATUS_COUNTED', version: 3 })),
      }
    }

    const patient = world.vote(1, { choice: 0 })
    const early = await world.vote(1, { choice: 0 }, { Prefer: 'Respond-Async, wait=10' })
    count()

    expect([early.status, early.headers.get('preference-applied')]).toEqual([202, 'respond-async'])
    expect(await told(await patient)).toMatchObject({ status: 200, body: { version: 3 } })
  })

  test('that is counted at once is told so, whatever was preferred', async () => {
    const response = await world.vote(1, { choice: 0 }, { Prefer: 'respond-async' })

    expect([response.status, response.headers.get('preference-applied')]).toEqual([200, null])
  })

  test('whose outcome does not come in time is answered all the same: 202 when the log has it, 504 when nobody knows', async () => {
    world.votes.handlers.CastVotes = async function* ({ ballots }) {
      const pending = ballots.flatMap(({ choice }, index) =>
        choice === 0 ? [{ index, status: 'OUTCOME_STATUS_PENDING' as const }] : [],
      )
      yield { outcomes: pending }
      await never()
    }
    const startedAt = performance.now()

    const answers = await Promise.all([world.vote(1, { choice: 0 }), world.vote(1, { choice: 1 })])

    expect(answers.map(({ status }) => status)).toEqual([202, 504])
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  }, 10_000)
})

describe('votes that come together', () => {
  test('share a call, and each gets its own outcome', async () => {
    await open({ env: { VOTE_CALLS_IN_FLIGHT: '1' } })
    let answer: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (answer = resolve))
    world.votes.handlers.CastVotes = async function* ({ ballots }) {
      world.votes.calls += 1
      await gate
      const outcomes = ballots.map(({ choice }, index) => ({
        ...{ index, status: 'OUTCOME_STATUS_COUNTED' as const, version: choice },
      }))
      yield { outcomes }
    }
    const versionOf = async (choice: number): Promise<unknown> =>
      (await told(await world.vote(1, { choice }))).body.version

    const first = versionOf(0)
    await eventually(() => expect(world.votes.calls).toBe(1))
    const others = Array.from({ length: 30 }, (_none, index) => versionOf(index + 1))
    await eventually(async () =>
      expect(await (await fetch(`http://127.0.0.1:${world.opsPort}/metrics`)).text()).toMatch(
        /votestream_votes_received_total\{service="gateway"\} 31$/m,
      ),
    )
    answer()

    expect(await Promise.all([first, ...others])).toEqual(Array.from({ length: 31 }, (_none, index) => index))
    // Two, and more only where they took longer to come than a slot is held in silence.
    expect(world.votes.calls).toBeGreaterThanOrEqual(2)
    expect(world.votes.calls).toBeLessThan(10)
  })

  test('beyond what may wait are OVERLOADED, and nothing of them is sent', async () => {
    await open({ env: { VOTE_CALLS_IN_FLIGHT: '1', VOTE_BATCH_MAX: '1', VOTE_QUEUE_MAX: '2' } })
    let answer: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (answer = resolve))
    world.votes.handlers.CastVotes = async function* ({ ballots }) {
      world.votes.cast.push(...ballots)
      await gate
      yield { outcomes: [{ index: 0, status: 'OUTCOME_STATUS_COUNTED', version: 1 }] }
    }

    const votes = [world.vote(1, { choice: 0 })]
    await eventually(() => expect(world.votes.cast).toHaveLength(1))
    votes.push(...[1, 2, 3, 4].map((choice) => world.vote(1, { choice })))
    const first = await Promise.race(votes)
    answer()
    const statuses = (await Promise.all(votes)).map(({ status }) => status)

    expect(await told(first)).toMatchObject({ status: 503, body: { reason: 'OVERLOADED' } })
    expect(first.headers.get('retry-after')).toBe('1')
    expect(statuses.filter((status) => status === 503)).toHaveLength(2)
    expect(world.votes.cast).toHaveLength(3)
  })

  test('an item that waited too long is 503: it was not sent', async () => {
    await open({ env: { VOTE_CALLS_IN_FLIGHT: '1', VOTE_BATCH_MAX: '1' } })
    world.votes.handlers.CastVotes = async function* ({ ballots }) {
      world.votes.cast.push(...ballots)
      await never()
      yield { outcomes: [] }
    }

    const first = world.vote(1, { choice: 0 })
    await eventually(() => expect(world.votes.cast).toHaveLength(1))
    const startedAt = performance.now()
    // A slot is lent out after each 400 ms of silence: three of them leave, at most.
    const others = Array.from({ length: 6 }, () => world.vote(1, { choice: 1 }))
    const refused = await Promise.race(others)
    const waitedMs = performance.now() - startedAt
    const sent = world.votes.cast.length

    expect(waitedMs).toBeLessThan(2_000)
    expect(await told(refused)).toMatchObject({ status: 503, body: { reason: 'OVERLOADED' } })
    expect(await told(await first)).toMatchObject({ status: 504 })
    expect((await Promise.all(others)).filter(({ status }) => status === 504)).toHaveLength(sent - 1)
    expect(sent).toBeLessThanOrEqual(4)
    expect(await (await fetch(`http://127.0.0.1:${world.opsPort}/metrics`)).text()).toMatch(
      /votestream_votes_shed_total\{reason="EXPIRED",service="gateway"\} [3-6]/,
    )
  }, 10_000)
})

describe('when a call fails', () => {
  beforeEach(() => open())

  /** Fails the first call in the way of a broken connection: without any word of the server. */
  const breakFirstCall = (): void => {
    world.votes.handlers.CastVotes = async function* ({ ballots }, context) {
      world.votes.calls += 1
      world.votes.cast.push(...ballots)
      if (world.votes.calls === 1) throw breakConnection()
      expect(context.signal.aborted).toBe(false)
      await Promise.resolve()
      yield {
        outcomes: ballots.map((_ballot, index) => ({
          index,
          status: 'OUTCOME_STATUS_COUNTED' as const,
          version: 5,
        })),
      }
    }
  }
  /** The rpc layer says UNREACHABLE of every call that ended without the server's own word; only the reason counts. */
  const breakConnection = (): AppError => unavailable('UNREACHABLE', 'the connection broke')

  test('on its way, it is made once more with the same vote id', async () => {
    breakFirstCall()

    const { status, body } = await told(await world.vote(1, { choice: 0 }))

    expect({ status, version: body.version }).toEqual({ status: 200, version: 5 })
    expect(world.votes.cast).toHaveLength(2)
    expect(world.votes.cast[1]?.voteId).toEqual(world.votes.cast[0]?.voteId)
  })

  test('twice, nobody knows', async () => {
    world.votes.handlers.CastVotes = () => {
      world.votes.calls += 1
      throw breakConnection()
    }

    expect(await told(await world.vote(1, { choice: 0 }))).toMatchObject({
      status: 504,
      body: { reason: 'OUTCOME_UNKNOWN', vote_id: expect.any(String) },
    })
    expect(world.votes.calls).toBe(2)
  })

  test.each([
    ['OVERLOADED', 1_000, 504],
    ['UNAVAILABLE', 0, 504],
    ['CHOICE_OUT_OF_RANGE', 0, 422],
  ])(
    'and the second one is refused (%s): that says only of some reasons what became of the first',
    async (reason, retryAfterMs, status) => {
      world.votes.handlers.CastVotes = async function* () {
        world.votes.calls += 1
        if (world.votes.calls === 1) throw breakConnection()
        await Promise.resolve()
        yield {
          outcomes: [{ index: 0, status: 'OUTCOME_STATUS_REFUSED', reason, retryAfterMs }],
        }
      }

      expect(await told(await world.vote(1, { choice: 0 }))).toMatchObject({ status })
    },
  )

  test('but the log had the vote already, it is pending', async () => {
    world.votes.handlers.CastVotes = async function* () {
      world.votes.calls += 1
      await Promise.resolve()
      yield { outcomes: [{ index: 0, status: 'OUTCOME_STATUS_PENDING' }] }
      throw breakConnection()
    }

    expect(await told(await world.vote(1, { choice: 0 }))).toMatchObject({
      status: 202,
      body: { status: 'pending' },
    })
    expect(world.votes.calls).toBe(1)
  })

  test('all the time, at most a tenth of the calls is made again', async () => {
    world.votes.handlers.CastVotes = () => {
      world.votes.calls += 1
      throw breakConnection()
    }

    const answers: Promise<unknown>[] = []
    for (let vote = 0; vote < 40; vote++) {
      answers.push(world.vote(1, { choice: 0 }))
      await sleep(120) // longer than a call and its repetition, so that none of them shares one
    }
    await Promise.all(answers)

    expect(world.votes.calls).toBeGreaterThan(60)
    expect(world.votes.calls).toBeLessThanOrEqual(64)
  }, 20_000)

  test.each([
    ['unavailable', 503, 'UNAVAILABLE'],
    ['resource_exhausted', 503, 'OVERLOADED'],
    ['internal', 504, 'OUTCOME_UNKNOWN'],
    ['deadline_exceeded', 504, 'OUTCOME_UNKNOWN'],
  ] as const)('by the word of votes itself (%s), that word counts', async (code, status, reason) => {
    world.votes.handlers.CastVotes = () => {
      world.votes.calls += 1
      throw new AppError(code, 'SOME_REASON', 'some message')
    }

    expect(await told(await world.vote(1, { choice: 0 }))).toMatchObject({ status, body: { reason } })
    expect(world.votes.calls).toBe(1)
  })

  test('because nobody listens, it was never sent: UNAVAILABLE, and all is well again when votes is back', async () => {
    const { back } = await world.kill('votes')

    await eventually(async () => {
      const response = await world.vote(1, { choice: 0 })
      expect(await told(response)).toMatchObject({ status: 503, body: { reason: 'UNAVAILABLE' } })
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    })
    await back()

    await eventually(async () => expect((await world.vote(1, { choice: 0 })).status).toBe(200))
  })
})
