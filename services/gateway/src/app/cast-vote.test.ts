import { describe, expect, test } from '@jest/globals'
import { type AppError, unavailable } from '@votestream/errors'
import { fakeClock } from '@votestream/testing'
import type { Outcome } from '../domain/vote.js'
import { makeCastVote } from './cast-vote.js'
import type { Cast } from './send-ballots.js'

const aVote = { pollId: 1, choice: 0, idempotencyKey: 'key', requestId: 'request' }

const aWorld = (submit: (cast: Cast) => Promise<Outcome>) => {
  const clock = fakeClock()
  const answered: string[] = []
  const deadlines: (number | undefined)[] = []
  const castVote = makeCastVote({
    batcher: {
      submit: (cast, options) => {
        deadlines.push(options?.deadlineAt)
        return submit(cast)
      },
    },
    meter: {
      received: () => undefined,
      answered: (status, reason) => answered.push(`${status} ${reason}`.trim()),
      shed: () => undefined,
      batchSent: () => undefined,
    },
    clock,
  })
  return { castVote, clock, answered, deadlines }
}

const failureOf = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as AppError,
  )

const never = (): Promise<never> => new Promise(() => undefined)

test('a counted vote has its id and its version', async () => {
  const { castVote, answered } = aWorld(() => Promise.resolve({ status: 'counted', version: 17 }))

  expect(await castVote(aVote)).toEqual({ voteId: expect.stringMatching(/^[0-9a-f-]{36}$/), version: 17 })
  expect(answered).toEqual(['counted'])
})

test('a pending vote has no version', async () => {
  const { castVote } = aWorld(() => Promise.resolve({ status: 'pending' }))

  expect((await castVote(aVote)).version).toBeUndefined()
})

test.each([
  [true, undefined],
  [false, 17],
])('a vote that need not be counted (%s) is answered when the log has it', async (respondAsync, version) => {
  const { castVote, clock, answered } = aWorld(async (cast) => {
    cast.pending = true
    cast.onPending?.()
    await clock.sleep(500)
    return { status: 'counted', version: 17 }
  })

  const answer = castVote({ ...aVote, respondAsync })
  await clock.advance(0)
  const early = [...answered]
  await clock.advance(5_000)

  expect(early).toEqual(respondAsync ? ['pending'] : [])
  expect((await answer).version).toBe(version)
  expect(answered).toHaveLength(1)
})

test('a vote that is decided first is answered with that, whatever was preferred', async () => {
  const { castVote } = aWorld(() => Promise.resolve({ status: 'counted', version: 17 }))

  expect((await castVote({ ...aVote, respondAsync: true })).version).toBe(17)
})

test('a vote leaves while an append still has its 1.5 s, and its call ends after 2.7 s', async () => {
  let cast: Cast | undefined
  const { castVote, clock, deadlines } = aWorld((given) => {
    cast = given
    return Promise.resolve({ status: 'counted', version: 1 })
  })

  await castVote(aVote)

  expect(deadlines).toEqual([clock.now() + 1_200])
  expect(cast?.deadlineAt).toBe(clock.now() + 2_700)
})

describe('within the 3 s of HTTP', () => {
  test.each([
    [false, 'OUTCOME_UNKNOWN'],
    [true, undefined],
  ])('an answer is given whatever is known (in the log: %s)', async (pending, reason) => {
    const { castVote, clock } = aWorld((cast) => {
      cast.pending = pending
      return never()
    })

    const answer = castVote(aVote).then(
      () => undefined,
      (error: unknown) => (error as AppError).reason,
    )
    await clock.advance(2_900)

    expect(await answer).toBe(reason)
  })

  test('that an outcome is unknown is said when the ballot has expired, and not before', async () => {
    let cast: Cast | undefined
    const { castVote, clock, answered } = aWorld((given) => {
      cast = given
      return Promise.resolve({ status: 'unknown' })
    })

    const failure = failureOf(castVote(aVote))
    await clock.advance(2_899)
    const before = [...answered]
    await clock.advance(1)

    expect(before).toEqual([])
    expect(await failure).toMatchObject({ reason: 'OUTCOME_UNKNOWN' })
    expect(cast?.ballot.expiresAt).toBeLessThan(clock.now())
  })

  test('an answer leaves no timer behind', async () => {
    const { castVote, clock, answered } = aWorld(() => Promise.resolve({ status: 'counted', version: 1 }))

    await castVote(aVote)
    await clock.advance(5_000)

    expect(answered).toEqual(['counted'])
  })
})

describe('a vote that was not counted', () => {
  test.each<[Outcome, string, string, number | undefined]>([
    [{ status: 'unknown' }, 'deadline_exceeded', 'OUTCOME_UNKNOWN', undefined],
    [{ status: 'rejected', reason: 'ALREADY_VOTED' }, 'failed_precondition', 'ALREADY_VOTED', undefined],
    [{ status: 'rejected', reason: 'POLL_CLOSED' }, 'failed_precondition', 'POLL_CLOSED', undefined],
    [
      { status: 'rejected', reason: 'IDEMPOTENCY_KEY_REUSED' },
      'out_of_range',
      'IDEMPOTENCY_KEY_REUSED',
      undefined,
    ],
    [{ status: 'rejected', reason: 'constructor' }, 'failed_precondition', 'constructor', undefined],
    [
      { status: 'refused', reason: 'POLL_NOT_FOUND', retryAfterMs: 0 },
      'not_found',
      'POLL_NOT_FOUND',
      undefined,
    ],
    [{ status: 'refused', reason: 'OVERLOADED', retryAfterMs: 700 }, 'unavailable', 'OVERLOADED', 700],
    [{ status: 'refused', reason: 'UNAVAILABLE', retryAfterMs: 0 }, 'unavailable', 'UNAVAILABLE', 1_000],
    [{ status: 'refused', reason: 'SOMETHING_NEW', retryAfterMs: 5 }, 'unavailable', 'UNAVAILABLE', 5],
  ])('%j', async (outcome, code, reason, retryAfterMs) => {
    const { castVote, clock } = aWorld(() => Promise.resolve(outcome))

    const failure = failureOf(castVote(aVote))
    await clock.advance(2_900)
    const { voteId } = await failure.then((error) => {
      expect({ code: error.code, reason: error.reason, retryAfterMs: error.retryAfterMs }).toEqual({
        code,
        reason,
        retryAfterMs,
      })
      return error
    })

    expect(voteId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('because the batcher turned it away was certainly not recorded', async () => {
    const { castVote } = aWorld(() =>
      Promise.reject(unavailable('OVERLOADED', 'full', { retryAfterMs: 1_000 })),
    )

    expect(await failureOf(castVote(aVote))).toMatchObject({ code: 'unavailable', reason: 'OVERLOADED' })
  })

  test('because of a bug may have been recorded', async () => {
    const { castVote, clock } = aWorld(() => Promise.reject(new Error('bug')))

    const failure = failureOf(castVote(aVote))
    await clock.advance(2_900)

    expect(await failure).toMatchObject({ code: 'deadline_exceeded', reason: 'OUTCOME_UNKNOWN' })
  })
})
