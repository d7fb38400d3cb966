import { describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { Ballot } from '../../src/domain/ballot.js'
import type { PartitionBatch } from '../../src/domain/fold.js'
import { aBallot, aBatch } from '../builders.js'
import { openStore } from '../world.js'

type Entry = Ballot | 'end'

/** A stretch of ballots and ends of poll 1, in this order. */
const aStretch = (partition: number, from: number, entries: readonly Entry[]): PartitionBatch => {
  const places = entries.map((entry, index) => ({ entry, offset: from + index }))
  return {
    ...{ partition, from, next: from + entries.length },
    ballots: places.flatMap(({ entry, offset }) =>
      entry === 'end' ? [] : [{ ...entry, partition, offset }],
    ),
    closes: places.flatMap(({ entry, offset }) =>
      entry === 'end' ? [{ pollId: 1, closeId: randomUUID(), partition, offset }] : [],
    ),
  }
}

const POLL_CLOSED = { status: 'rejected', reason: 'POLL_CLOSED' }

/** A store whose log has two partitions. */
const openLog = async () => {
  const world = await openStore()
  await world.store.openLog('direct', 2)
  const verdictsOf = async (...batches: PartitionBatch[]) =>
    (await world.store.fold(batches)).batches.map(({ verdicts }) => verdicts)
  return Object.assign(world, { verdictsOf })
}

describe('the end of a poll', () => {
  test('counts what lies before it and nothing behind it, within one stretch', async () => {
    await using world = await openLog()
    const [before, behind] = [aBallot({ choice: 1 }), aBallot({ choice: 1 })]

    const verdicts = await world.verdictsOf(aStretch(0, 1, [before, 'end', behind, 'end', aBallot()]))

    expect(verdicts).toEqual([[{ status: 'counted', version: 2 }, POLL_CLOSED, POLL_CLOSED]])
    expect(await world.store.readResults([1])).toMatchObject([
      { version: 2, counts: [0, 1], status: 'closing' },
    ])
    expect(await world.store.findVerdict(1, behind.voteId)).toEqual(POLL_CLOSED)
  })

  test('ends its partition for later stretches, and no other partition and no other poll', async () => {
    await using world = await openLog()
    await world.store.fold([aStretch(0, 1, ['end'])])

    const verdicts = await world.verdictsOf(
      aBatch(0, 2, [aBallot(), aBallot({ pollId: 2 })]),
      aBatch(1, 1, [aBallot()]),
    )

    expect(verdicts).toEqual([
      [POLL_CLOSED, { status: 'counted', version: 1 }],
      [{ status: 'counted', version: 2 }],
    ])
    expect(await world.store.partitionsStillOpen(1)).toEqual([1])
  })

  test('makes the results final once it lies in every partition', async () => {
    await using world = await openLog()
    await world.store.fold([aBatch(0, 1, [aBallot()]), aBatch(1, 1, [aBallot()])])

    const first = await world.store.fold([aStretch(0, 2, ['end'])])
    const second = await world.store.fold([aStretch(1, 2, ['end'])])
    const again = await world.store.fold([aStretch(0, 3, ['end']), aStretch(1, 3, ['end'])])

    expect(first.results).toMatchObject([{ pollId: 1, version: 3, counts: [2], status: 'closing' }])
    expect(second.results).toMatchObject([{ pollId: 1, version: 4, counts: [2], status: 'closed' }])
    expect(again.results).toEqual([])
    expect(await world.store.readResults([1])).toMatchObject([{ version: 4, status: 'closed' }])
    expect(await world.store.partitionsStillOpen(1)).toEqual([])
  })

  test('raises the version by the same two, whether its partitions are folded together or not', async () => {
    await using world = await openLog()

    const { results } = await world.store.fold([aStretch(0, 1, ['end']), aStretch(1, 1, ['end', aBallot()])])

    expect(results).toMatchObject([{ version: 2, counts: [], status: 'closed' }])
    expect(await world.store.readTotals()).toEqual({ totalVotes: 0, pollsWithVotes: 0 })
  })

  test('keeps a counted vote counted when it comes again behind it, and refuses its voter another', async () => {
    await using world = await openLog()
    const voter = randomUUID()
    const ballot = aBallot({ ballotKey: voter, choice: 1 })
    const other = aBallot({ ballotKey: voter })

    const verdicts = await world.verdictsOf(
      aStretch(0, 1, [ballot, 'end', ballot, { ...ballot, choice: 0 }, other]),
    )
    const later = await world.verdictsOf(aBatch(0, 6, [ballot, other]))

    const counted = { status: 'counted', version: 2 }
    const alreadyVoted = { status: 'rejected', reason: 'ALREADY_VOTED' }
    expect(verdicts).toEqual([
      [counted, counted, { status: 'rejected', reason: 'IDEMPOTENCY_KEY_REUSED' }, alreadyVoted],
    ])
    expect(later).toEqual([[counted, alreadyVoted]])
    expect(await world.store.judgeLate([ballot, other, aBallot()])).toEqual([
      counted,
      alreadyVoted,
      POLL_CLOSED,
    ])
  })

  test('is no part of a stretch that is fenced', async () => {
    await using world = await openLog()

    const { fenced, results } = await world.store.fold([aStretch(0, 5, ['end']), aStretch(1, 1, [aBallot()])])

    expect(fenced).toEqual([{ partition: 0, bookmark: 1 }])
    expect(results).toMatchObject([{ status: 'open', version: 1 }])
  })

  test('is looked up as the verdict of a ballot behind it', async () => {
    await using world = await openLog()
    const [before, behind] = [aBallot(), aBallot()]
    await world.store.fold([aStretch(0, 1, [before, 'end', behind])])

    const judged = await world.store.judge([
      { ...before, partition: 0, offset: 1 },
      { ...behind, partition: 0, offset: 3 },
      { ...aBallot(), partition: 0, offset: 4 },
    ])

    expect(judged).toEqual([{ status: 'counted', version: 2 }, POLL_CLOSED, undefined])
  })

  test('is passed with a record that is set aside', async () => {
    await using world = await openLog()
    const stretch = aStretch(0, 1, [aBallot({ choice: 99 }), 'end'])

    const { results } = await world.store.quarantine(stretch, new Error('a choice too big'))

    expect(results).toMatchObject([{ pollId: 1, status: 'closing' }])
  })
})

test('the vote of a limited voter is found by its id', async () => {
  await using world = await openLog()
  const ballot = aBallot({ ballotKey: randomUUID() })
  await world.store.fold([aBatch(0, 1, [ballot, aBallot()])])

  expect(await world.store.findVerdict(1, ballot.voteId)).toEqual({ status: 'counted', version: 2 })
  expect(await world.store.findVerdict(2, ballot.voteId)).toBeUndefined()
})
