import { describe, expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import type { BallotOutcome } from '../domain/ports.js'
import type { Ballot, Outcome } from '../domain/vote.js'
import { makeRetryBudget } from './retry-budget.js'
import { makeSendBallots, type Cast } from './send-ballots.js'

type Said = BallotOutcome['outcome']

const counted: Outcome = { status: 'counted', version: 3 }

const aCast = (voteId: string, deadlineAt: number): Cast => ({
  ballot: {
    ...{ pollId: 1, voteId, ballotKey: voteId, choice: 0, requestId: `request-of-${voteId}` },
    expiresAt: deadlineAt,
  },
  deadlineAt,
  pending: false,
})

/** Sends a batch to a votes that answers each call as told: a list of messages, each with the outcomes by index. */
const sendTo = async (
  calls: readonly (readonly Readonly<Record<number, Said>>[])[],
  { casts = 2, budget = makeRetryBudget(), leftMs = 2_700, silentMs = 0 } = {},
) => {
  const clock = fakeClock()
  const asked: { ballots: readonly Ballot[]; timeoutMs: number; requestId: string | undefined }[] = []
  const outcomes: Outcome[] = []
  const slots: number[] = []
  const order: string[] = []
  const send = makeSendBallots({
    votes: {
      async *castVotes(ballots, { timeoutMs, requestId }) {
        const messages = calls[asked.length] ?? []
        asked.push({ ballots, timeoutMs, requestId })
        order.push(`call ${asked.length}`)
        if (silentMs > 0) await clock.sleep(silentMs)
        else await Promise.resolve()
        for (const message of messages)
          yield Object.entries(message).map(([index, outcome]) => ({ index: Number(index), outcome }))
      },
    },
    retries: budget,
    meter: { batchSent: () => undefined },
    clock,
  })
  const batch = Array.from({ length: casts }, (_none, index) =>
    aCast(`v${index}`, clock.now() + leftMs + index),
  )
  const sent = send(batch, {
    signal: new AbortController().signal,
    resolve: (index, outcome) => {
      if (outcomes[index] === undefined) order.push(`v${index} ${outcome.status}`)
      outcomes[index] ??= outcome
    },
    reject: () => undefined,
    freeSlot: () => slots.push(clock.monotonicMs()),
  })
  await clock.advance(1_000)
  await sent
  return {
    asked,
    order,
    outcomes,
    slots,
    ids: asked.map(({ ballots }) => ballots.map(({ voteId }) => voteId)),
  }
}

describe('one call', () => {
  test('carries every ballot, until the last deadline, under the id of its first request', async () => {
    const { asked, outcomes } = await sendTo([
      [{ 0: counted, 1: { status: 'rejected', reason: 'ALREADY_VOTED' } }],
    ])

    expect(asked).toMatchObject([{ timeoutMs: 2_701, requestId: 'request-of-v0' }])
    expect(outcomes).toEqual([counted, { status: 'rejected', reason: 'ALREADY_VOTED' }])
  })

  test('frees its slot with the first message, though that decides nothing', async () => {
    const { slots } = await sendTo([[{}, { 0: counted, 1: counted }]])

    expect(slots.length).toBeGreaterThanOrEqual(1)
  })

  test.each([
    [399, 399],
    [900, 400],
  ])('of which nothing is heard for %d ms frees its slot after %d', async (silentMs, freedMs) => {
    const { slots, outcomes } = await sendTo([[{ 0: counted, 1: counted }]], { silentMs })

    expect(slots[0]).toBe(freedMs)
    expect(outcomes).toEqual([counted, counted])
  })

  test('a pending ballot becomes what is said of it later', async () => {
    const { outcomes } = await sendTo([
      [{ 0: { status: 'pending' }, 1: { status: 'pending' } }, { 1: counted }],
    ])

    expect(outcomes).toEqual([{ status: 'pending' }, counted])
  })

  test.each<[string, readonly Readonly<Record<number, Said>>[]]>([
    ['votes does not know either', [{ 0: { status: 'unknown' } }]],
    ['nothing was said', []],
  ])('a ballot is unknown when %s', async (_what, messages) => {
    const { outcomes, asked } = await sendTo([messages], { casts: 1 })

    expect(outcomes).toEqual([{ status: 'unknown' }])
    expect(asked).toHaveLength(1)
  })

  test('a ballot that the log has stays pending when nobody knows more', async () => {
    const { outcomes } = await sendTo([[{ 0: { status: 'pending' } }, { 0: { status: 'unknown' } }]], {
      casts: 1,
    })

    expect(outcomes).toEqual([{ status: 'pending' }])
  })
})

describe('a call that broke', () => {
  test('is made again for the ballots that were lost, and only for them', async () => {
    const { ids, outcomes } = await sendTo([[{ 0: counted, 1: { status: 'lost' } }], [{ 0: counted }]])

    expect(ids).toEqual([['v0', 'v1'], ['v1']])
    expect(outcomes).toEqual([counted, counted])
  })

  test('is not made again for what the log has', async () => {
    const { ids, outcomes } = await sendTo([[{ 0: { status: 'pending' } }, { 0: { status: 'lost' } }]], {
      casts: 1,
    })

    expect(ids).toHaveLength(1)
    expect(outcomes).toEqual([{ status: 'pending' }])
  })

  test('leaves pending what the log has, without a wait for the second call', async () => {
    const { order } = await sendTo([
      [{ 0: { status: 'pending' } }, { 0: { status: 'pending' }, 1: { status: 'lost' } }],
      [{ 0: counted }],
    ])

    expect(order).toEqual(['call 1', 'v0 pending', 'call 2', 'v1 counted'])
  })

  test('is made again once', async () => {
    const lost = [{ 0: { status: 'lost' as const } }]

    const { ids, outcomes } = await sendTo([lost, lost, [{ 0: counted }]], { casts: 1 })

    expect(ids).toHaveLength(2)
    expect(outcomes).toEqual([{ status: 'unknown' }])
  })

  test.each([
    ['the retry budget is spent', { budget: { earn: () => undefined, spend: () => false } }],
    ['there is no time left', { leftMs: 100 }],
  ])('is not made again when %s', async (_what, options) => {
    const { ids, outcomes } = await sendTo([[{ 0: { status: 'lost' } }], [{ 0: counted }]], {
      casts: 1,
      ...options,
    })

    expect(ids).toHaveLength(1)
    expect(outcomes).toEqual([{ status: 'unknown' }])
  })

  test.each([
    ['OVERLOADED', 'unknown'],
    ['UNAVAILABLE', 'unknown'],
    ['POLL_NOT_FOUND', 'refused'],
    ['CHOICE_OUT_OF_RANGE', 'refused'],
    ['POLL_CLOSED', 'refused'],
  ])('and is then refused with %s is %s', async (reason, status) => {
    const refused: Outcome = { status: 'refused', reason, retryAfterMs: 0 }

    const { outcomes } = await sendTo([[{ 0: { status: 'lost' } }], [{ 0: refused }]], { casts: 1 })

    expect(outcomes).toMatchObject([{ status }])
  })
})
