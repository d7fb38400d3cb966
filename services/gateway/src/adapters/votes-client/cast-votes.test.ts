import { describe, expect, test } from '@jest/globals'
import { AppError, type ErrorCode, unavailable } from '@votestream/errors'
import type { Outcome__Output } from '@votestream/proto'
import type { BallotOutcome } from '../../domain/ports.js'
import { castVotes } from './cast-votes.js'

const aBallot = (voteId: string, choice = 0) => ({
  ...{ pollId: 1, voteId, ballotKey: voteId, choice, requestId: 'request', expiresAt: 5_000 },
})
const ballots = [
  aBallot('00000000-0000-4000-8000-000000000001'),
  aBallot('00000000-0000-4000-8000-000000000002', 1),
]

const anOutcome = (outcome: Partial<Outcome__Output>): Outcome__Output => ({
  ...{ index: 0, status: 'OUTCOME_STATUS_COUNTED', reason: '', version: 0, retryAfterMs: 0 },
  ...outcome,
})

/** Casts both ballots to a votes that says these messages and then ends, or fails. */
const cast = async (
  messages: readonly (readonly Outcome__Output[])[],
  failure?: Error,
): Promise<{ sent: unknown; told: (readonly BallotOutcome[])[] }> => {
  let sent: unknown
  const client = {
    async *stream(_method: unknown, request: unknown) {
      sent = request
      await Promise.resolve()
      for (const outcomes of messages) yield { outcomes: [...outcomes] }
      if (failure !== undefined) throw failure
    },
  } as unknown as Parameters<typeof castVotes>[0]
  const told: (readonly BallotOutcome[])[] = []
  for await (const outcomes of castVotes(client, ballots, { timeoutMs: 1_000 })) told.push(outcomes)
  return { sent, told }
}

test('ballots travel with their ids as bytes', async () => {
  const { sent } = await cast([])

  const voteId = Buffer.from('00000000000040008000000000000001', 'hex')
  const [first] = (sent as { ballots: readonly unknown[] }).ballots
  expect(first).toEqual({
    ...{ pollId: 1, voteId, ballotKey: voteId, choice: 0, requestId: 'request', expiresAtMs: 5_000 },
  })
})

test('outcomes are told as they come', async () => {
  const { told } = await cast([
    [anOutcome({ index: 1, version: 7 }), anOutcome({ index: 0, status: 'OUTCOME_STATUS_PENDING' })],
    [anOutcome({ index: 0, status: 'OUTCOME_STATUS_REJECTED', reason: 'POLL_CLOSED' })],
  ])

  expect(told).toEqual([
    [
      { index: 1, outcome: { status: 'counted', version: 7 } },
      { index: 0, outcome: { status: 'pending' } },
    ],
    [{ index: 0, outcome: { status: 'rejected', reason: 'POLL_CLOSED' } }],
  ])
})

test('what the call ends without is unknown', async () => {
  const { told } = await cast([[anOutcome({ index: 1, version: 7 })]])

  expect(told.at(-1)).toEqual([{ index: 0, outcome: { status: 'unknown' } }])
})

test('what the log has is pending, however the call ends', async () => {
  const pending = [anOutcome({ index: 0, status: 'OUTCOME_STATUS_PENDING' })]

  const ended = await cast([pending])
  const broken = await cast([pending], unavailable('UNREACHABLE', 'gone'))
  const late = await cast([pending], new AppError('deadline_exceeded', 'DEADLINE_EXCEEDED', 'late'))

  const rests = [ended, broken, late].map(({ told }) =>
    told.at(-1)?.map(({ index, outcome }) => [index, outcome.status]),
  )
  expect(rests).toEqual([
    [
      [0, 'pending'],
      [1, 'unknown'],
    ],
    [
      [0, 'pending'],
      [1, 'lost'],
    ],
    [
      [0, 'pending'],
      [1, 'unknown'],
    ],
  ])
})

describe('a call that fails', () => {
  const restOf = async (
    error: AppError,
    messages: readonly (readonly Outcome__Output[])[] = [],
  ): Promise<BallotOutcome['outcome'] | undefined> =>
    (await cast(messages, error)).told.at(-1)?.at(-1)?.outcome

  test('on its way has lost what was not decided', async () => {
    const broken = unavailable('UNREACHABLE', 'gone')

    expect(await restOf(broken)).toEqual({ status: 'lost' })
    expect((await cast([[anOutcome({ index: 0, version: 7 })]], broken)).told).toEqual([
      [{ index: 0, outcome: { status: 'counted', version: 7 } }],
      [{ index: 1, outcome: { status: 'lost' } }],
    ])
  })

  test.each<[ErrorCode, string, BallotOutcome['outcome']]>([
    [
      'unavailable',
      'DATABASE_UNAVAILABLE',
      { status: 'refused', reason: 'UNAVAILABLE', retryAfterMs: 1_000 },
    ],
    ['unavailable', 'OVERLOADED', { status: 'refused', reason: 'OVERLOADED', retryAfterMs: 1_000 }],
    ['resource_exhausted', 'TOO_MUCH', { status: 'refused', reason: 'OVERLOADED', retryAfterMs: 1_000 }],
    ['invalid_argument', 'INVALID_BODY', { status: 'refused', reason: 'INVALID_BODY', retryAfterMs: 0 }],
    ['deadline_exceeded', 'DEADLINE_EXCEEDED', { status: 'unknown' }],
    ['internal', 'INTERNAL', { status: 'unknown' }],
  ])('with %s %s before the first message', async (code, reason, outcome) => {
    expect(await restOf(new AppError(code, reason, 'message'))).toEqual(outcome)
  })

  test('with the word of votes after its first message may have been recorded: ballots are appended by then', async () => {
    expect(await restOf(unavailable('OVERLOADED', 'late'), [[]])).toEqual({ status: 'unknown' })
  })
})
