import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { aBallot, aBatch, aFolded, aSilentMeter } from '../../test/builders.js'
import type { Ballot } from '../domain/ballot.js'
import type { Appended } from '../domain/ports.js'
import type { Admission } from './admit-ballots.js'
import type { BallotOutcome } from './cast-votes.js'
import { FIRST_MESSAGE_WITHIN_MS, makeCastVotes } from './cast-votes.js'
import type { AppendOrJudge } from './final-polls.js'
import { makeVerdictWaiters } from './verdict-waiters.js'
import { makeVotesInHand } from './votes-in-hand.js'

/** A poll whose definition has to be fetched. */
const UNKNOWN = 404

/** Casts into a log that appends everything to partition 0 from offset 1 on. */
const aWorld = (
  o: {
    durable?: boolean
    foldIsDown?: boolean
    admissions?: Admission[]
    append?: AppendOrJudge
    unknownPoll?: Promise<undefined>
  } = {},
) => {
  const clock = fakeClock()
  const waiters = makeVerdictWaiters({ clock, meter: aSilentMeter() })
  const fold = { isDown: o.foldIsDown ?? false }
  const inHand = makeVotesInHand()
  const appended: Ballot[] = []
  const appendAll = (ballots: readonly Ballot[]): Promise<readonly Appended[]> => {
    const positions = ballots.map((_, index) => ({
      ...{ status: 'appended' as const, partition: 0, offset: appended.length + index + 1 },
    }))
    appended.push(...ballots)
    return Promise.resolve(positions)
  }
  const log = { durable: o.durable ?? false }
  const appendOrJudge = o.append ?? appendAll
  const suspected: number[] = []
  const final = { suspect: (pollId: number) => void suspected.push(pollId) }
  const admit = async (ballots: readonly Ballot[]) => {
    if (ballots.some(({ pollId }) => pollId === UNKNOWN)) await o.unknownPoll
    return o.admissions ?? ballots.map(() => undefined)
  }
  const definitions = {
    knows: (pollId: number) => pollId !== UNKNOWN,
    find: () => Promise.resolve(undefined),
  }
  const foldIsDown = () => fold.isDown
  const meter = aSilentMeter()
  const cast = makeCastVotes({
    ...{ definitions, admit, appendOrJudge, final, log, waiters, inHand, foldIsDown, meter, clock },
  })
  const settle = (offset: number, version: number) =>
    waiters.settle(
      aFolded({
        batches: [{ ...aBatch(0, offset, [aBallot()]), verdicts: [{ status: 'counted', version }] }],
      }),
    )
  const caller = new AbortController()
  const call = { deadlineAt: clock.now() + 1_000, signal: caller.signal }
  return { clock, waiters, inHand, appended, cast, settle, call, caller, fold, suspected }
}

const firstOf = async (
  messages: AsyncIterator<readonly BallotOutcome[]>,
): Promise<readonly BallotOutcome[]> => {
  const { value } = (await messages.next()) as IteratorYieldResult<readonly BallotOutcome[]>
  return value
}

test('one message answers all when every ballot is decided in time', async () => {
  const { cast, settle, call, clock } = aWorld()
  const messages = cast([aBallot(), aBallot()], call)

  const first = messages.next()
  await clock.advance(1)
  settle(1, 1)
  settle(2, 2)

  expect((await first).value).toEqual([
    { status: 'counted', version: 1, index: 0 },
    { status: 'counted', version: 2, index: 1 },
  ])
  expect((await messages.next()).done).toBe(true)
})

test('a slow partition holds back nobody else: the rest is told after 25 ms', async () => {
  const { cast, settle, call, clock } = aWorld()
  const messages = cast([aBallot(), aBallot()], call)

  const first = messages.next()
  await clock.advance(1)
  settle(2, 5)
  await clock.advance(FIRST_MESSAGE_WITHIN_MS)
  const second = first.then(() => messages.next())
  await clock.advance(1)
  settle(1, 6)

  expect((await first).value).toEqual([{ status: 'counted', version: 5, index: 1 }])
  expect((await second).value).toEqual([{ status: 'counted', version: 6, index: 0 }])
})

test('a partition that stands still holds back nobody at all', async () => {
  let offset = 0
  const still = (choice: number) => choice === 1
  const append: AppendOrJudge = (ballots) =>
    Promise.resolve(
      ballots.map(({ choice }) => ({
        ...{ status: 'appended' as const, partition: still(choice) ? 1 : 0, offset: (offset += 1) },
      })),
    )
  const { cast, settle, call, clock } = aWorld({ durable: true, append })
  const waiting = cast([aBallot({ choice: 1 })], call)
  const pending = waiting.next().then(() => waiting.next())
  await clock.advance(300)
  const messages = cast([aBallot({ choice: 0 }), aBallot({ choice: 1 })], call)

  const first = messages.next()
  await clock.advance(1)
  settle(2, 5)
  await clock.advance(0)

  expect(await Promise.race([first, clock.advance(0)])).toMatchObject({
    value: [
      { status: 'counted', version: 5, index: 0 },
      { status: 'pending', index: 1 },
    ],
  })
  void pending
})

test('only a durable log says pending of what it has not decided', async () => {
  const durable = aWorld({ durable: true })
  const volatile = aWorld({ durable: false })

  const messages = [durable, volatile].map(({ cast, call }) => cast([aBallot()], call).next())
  await Promise.all([durable, volatile].map(({ clock }) => clock.advance(FIRST_MESSAGE_WITHIN_MS)))

  expect((await Promise.all(messages)).map(({ value }) => value as unknown)).toEqual([
    [{ status: 'pending', index: 0 }],
    [],
  ])
})

test('what is not admitted never reaches the log', async () => {
  const { cast, call, appended } = aWorld({ admissions: [{ reason: 'POLL_NOT_FOUND', retryAfterMs: 0 }] })

  const outcomes = await firstOf(cast([aBallot()], call))

  expect(outcomes).toEqual([{ status: 'refused', reason: 'POLL_NOT_FOUND', retryAfterMs: 0, index: 0 }])
  expect(appended).toEqual([])
})

test('a ballot whose deadline has passed is refused before the append', async () => {
  const { cast, call, appended, clock } = aWorld()
  await clock.advance(1_000)

  const outcomes = await firstOf(cast([aBallot()], call))

  expect(outcomes).toMatchObject([{ status: 'refused', reason: 'UNAVAILABLE' }])
  expect(appended).toEqual([])
})

test('a ballot that has expired on its way is refused, whatever time its call has left', async () => {
  const { cast, call, appended, clock } = aWorld()
  const [late, timely] = [
    aBallot({ expiresAt: clock.now() + 999 }),
    aBallot({ expiresAt: clock.now() + 1_001 }),
  ]
  await clock.advance(999)

  const messages = cast([late, timely], call)
  const first = messages.next()
  await clock.advance(FIRST_MESSAGE_WITHIN_MS)

  expect((await first).value).toEqual([
    { status: 'refused', reason: 'UNAVAILABLE', retryAfterMs: 0, index: 0 },
  ])
  expect(appended).toEqual([timely])
})

test('what the log refuses or does not know is told as such', async () => {
  const { cast, call } = aWorld({
    append: () =>
      Promise.resolve([
        { status: 'refused', reason: 'OVERLOADED', retryAfterMs: 1_000 },
        { status: 'unknown' },
      ]),
  })

  const outcomes = await firstOf(cast([aBallot(), aBallot()], call))

  expect(outcomes).toEqual([
    { status: 'refused', reason: 'OVERLOADED', retryAfterMs: 1_000, index: 0 },
    { status: 'unknown', index: 1 },
  ])
})

test('a caller that leaves leaves no waiter behind', async () => {
  const { cast, call, caller, waiters, clock } = aWorld()
  const messages = cast([aBallot()], call)
  const first = messages.next()
  await clock.advance(1)
  expect(waiters.size).toBe(1)

  caller.abort()
  await first
  await messages.next()

  expect(waiters.size).toBe(0)
})

test('a vote is in hand until the log has answered', async () => {
  let answer: (appended: Appended[]) => void = () => undefined
  const { cast, call, inHand, clock } = aWorld({ append: () => new Promise((resolve) => (answer = resolve)) })
  const ballot = aBallot()

  const first = cast([ballot], call).next()
  await clock.advance(1)
  const whileAppending = inHand.holds(ballot.voteId)
  answer([{ status: 'unknown' }])
  await first

  expect([whileAppending, inHand.holds(ballot.voteId)]).toEqual([true, false])
})

test('ballots of known polls do not wait while an unknown poll is asked for', async () => {
  let found: (nothing: undefined) => void = () => undefined
  const { cast, settle, call, clock, appended } = aWorld({
    unknownPoll: new Promise((resolve) => (found = resolve)),
  })
  const messages = cast([aBallot({ pollId: UNKNOWN }), aBallot()], call)

  const first = firstOf(messages)
  await clock.advance(1)
  settle(1, 1)
  await clock.advance(FIRST_MESSAGE_WITHIN_MS)
  const beforeTheLookup = [await first, appended.length]
  found(undefined)
  const second = firstOf(messages)
  await clock.advance(1)
  settle(2, 2)

  expect(beforeTheLookup).toEqual([[{ status: 'counted', version: 1, index: 1 }], 1])
  expect(await second).toEqual([{ status: 'counted', version: 2, index: 0 }])
})

test('a ballot whose caller has left is not appended', async () => {
  let found: (nothing: undefined) => void = () => undefined
  const { cast, call, caller, clock, appended } = aWorld({
    unknownPoll: new Promise((resolve) => (found = resolve)),
  })
  const first = firstOf(cast([aBallot({ pollId: UNKNOWN })], call))
  await clock.advance(1)

  caller.abort()
  await first
  found(undefined)
  await clock.advance(1)

  expect(appended).toEqual([])
})

test('what breaks the append breaks the call', async () => {
  const { cast, call } = aWorld({ append: () => Promise.reject(new Error('a bug')) })

  await expect(cast([aBallot()], call).next()).rejects.toThrow('a bug')
})

test('while the fold is down what is in the log is told pending at once, and the call ends', async () => {
  const { cast, call, clock, waiters } = aWorld({ durable: true, foldIsDown: true })
  const messages = cast([aBallot(), aBallot()], call)

  const first = firstOf(messages)
  await clock.advance(0)

  expect(await first).toEqual([
    { status: 'pending', index: 0 },
    { status: 'pending', index: 1 },
  ])
  expect((await messages.next()).done).toBe(true)
  expect(waiters.size).toBe(0)
})

test('a fold that goes down before the first message ends the call with it', async () => {
  const { cast, call, clock, fold } = aWorld({ durable: true })
  const messages = cast([aBallot()], call)
  const first = firstOf(messages)
  await clock.advance(1)

  fold.isDown = true
  await clock.advance(FIRST_MESSAGE_WITHIN_MS)

  expect(await first).toEqual([{ status: 'pending', index: 0 }])
  expect((await messages.next()).done).toBe(true)
})

test('while the fold is down a ballot that is not in the log yet still gets its answer', async () => {
  let found: (nothing: undefined) => void = () => undefined
  const { cast, call, clock } = aWorld({
    ...{ durable: true, foldIsDown: true },
    unknownPoll: new Promise((resolve) => (found = resolve)),
  })
  const messages = cast([aBallot({ pollId: UNKNOWN }), aBallot()], call)
  const first = firstOf(messages)
  await clock.advance(0)

  const second = first.then(() => firstOf(messages))
  await clock.advance(10)
  found(undefined)
  await clock.advance(0)

  expect(await first).toEqual([{ status: 'pending', index: 1 }])
  expect(await second).toEqual([{ status: 'pending', index: 0 }])
  expect((await messages.next()).done).toBe(true)
})

test('what is in memory only is not pending while the fold is down: the call waits', async () => {
  const { cast, call, clock, settle } = aWorld({ durable: false, foldIsDown: true })
  const messages = cast([aBallot()], call)
  const first = firstOf(messages)
  await clock.advance(0)

  const second = first.then(() => firstOf(messages))
  await clock.advance(100)
  settle(1, 4)

  expect(await first).toEqual([])
  expect(await second).toEqual([{ status: 'counted', version: 4, index: 0 }])
})

test('a late group that is in a durable log is told pending although nothing is decided', async () => {
  let found: (nothing: undefined) => void = () => undefined
  const { cast, call, clock, settle } = aWorld({
    durable: true,
    unknownPoll: new Promise((resolve) => (found = resolve)),
  })
  const messages = cast([aBallot({ pollId: UNKNOWN }), aBallot()], call)
  const first = firstOf(messages)
  await clock.advance(1)
  settle(1, 1)
  await clock.advance(FIRST_MESSAGE_WITHIN_MS)

  const second = first.then(() => firstOf(messages))
  await clock.advance(1)
  found(undefined)
  await clock.advance(1)

  expect(await first).toMatchObject([{ status: 'counted', index: 1 }])
  expect(await second).toEqual([{ status: 'pending', index: 0 }])
})

test('tells what became of a vote on a poll with final results, and suspects such a poll behind a vote that is too late', async () => {
  const late = { status: 'rejected', reason: 'POLL_CLOSED' } as const
  const counted = { status: 'counted', version: 7 } as const
  const { cast, call, suspected } = aWorld({ append: () => Promise.resolve([late, counted]) })

  const outcomes = await firstOf(cast([aBallot({ pollId: 3 }), aBallot({ pollId: 4 })], call))

  expect(outcomes).toEqual([
    { ...late, index: 0 },
    { ...counted, index: 1 },
  ])
  expect(suspected).toEqual([3])
})
