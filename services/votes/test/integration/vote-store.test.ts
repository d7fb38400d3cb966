import { describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { aBallot, aBatch } from '../builders.js'
import { openStore } from '../world.js'

describe('a fold', () => {
  test('counts each ballot and gives every one of a batch the version that includes it', async () => {
    await using world = await openStore()
    await world.store.openLog('direct', 2)

    const folded = await world.store.fold([
      aBatch(0, 1, [aBallot({ choice: 0 }), aBallot({ choice: 2 })]),
      aBatch(1, 1, [aBallot({ choice: 2 }), aBallot({ pollId: 2, choice: 19 })]),
    ])

    const verdicts = folded.batches.map((batch) =>
      batch.verdicts.map((v) => v.status === 'counted' && v.version),
    )
    expect(verdicts).toEqual([
      [3, 3],
      [3, 1],
    ])
    expect(await world.store.readResults([1, 2, 3])).toMatchObject([
      { pollId: 1, version: 3, counts: [1, 0, 2], status: 'open' },
      { pollId: 2, version: 1, counts: [...new Array<number>(19).fill(0), 1] },
      { pollId: 3, version: 0, counts: [], status: 'open' },
    ])
    expect(await world.store.readTotals()).toEqual({ totalVotes: 4, pollsWithVotes: 2 })
  })

  test('adds to the counts that are there, also when they are longer or shorter', async () => {
    await using world = await openStore()
    await world.store.openLog('direct', 2)
    await world.store.fold([aBatch(0, 1, [aBallot({ choice: 1 })])])

    await world.store.fold([aBatch(0, 2, [aBallot({ choice: 0 })])])
    await world.store.fold([aBatch(0, 3, [aBallot({ choice: 3 })])])

    expect(await world.store.readResults([1])).toMatchObject([{ version: 3, counts: [1, 1, 0, 1] }])
  })

  test('counts a retry once and tells it counted, in one batch and in a later one', async () => {
    await using world = await openStore()
    await world.store.openLog('direct', 2)
    const ballot = aBallot({ choice: 1 })

    const first = await world.store.fold([aBatch(0, 1, [ballot, ballot, aBallot()])])
    const later = await world.store.fold([aBatch(0, 4, [ballot])])

    expect(first.batches[0]?.verdicts).toEqual(new Array(3).fill({ status: 'counted', version: 2 }))
    expect(later.batches[0]?.verdicts).toEqual([{ status: 'counted', version: 2 }])
    expect(await world.store.readResults([1])).toMatchObject([{ version: 2, counts: [1, 1] }])
  })

  test('lets the first vote of a voter win and remembers the rejection of the second', async () => {
    await using world = await openStore()
    await world.store.openLog('direct', 2)
    const ballotKey = randomUUID()
    const [first, second] = [aBallot({ ballotKey, choice: 0 }), aBallot({ ballotKey, choice: 1 })]

    const { batches } = await world.store.fold([aBatch(0, 1, [first, second])])

    expect(batches[0]?.verdicts).toEqual([
      { status: 'counted', version: 1 },
      { status: 'rejected', reason: 'ALREADY_VOTED' },
    ])
    expect(await world.store.findVerdict(1, second.voteId)).toEqual({
      status: 'rejected',
      reason: 'ALREADY_VOTED',
    })
    expect(await world.store.readResults([1])).toMatchObject([{ counts: [1] }])
  })

  test('refuses a key with another choice, and its vote stays counted', async () => {
    await using world = await openStore()
    await world.store.openLog('direct', 2)
    const ballot = aBallot({ choice: 0 })

    const { batches } = await world.store.fold([aBatch(0, 1, [ballot, { ...ballot, choice: 1 }])])

    expect(batches[0]?.verdicts[1]).toEqual({ status: 'rejected', reason: 'IDEMPOTENCY_KEY_REUSED' })
    expect((await world.pg.query({ text: 'SELECT reason FROM votes.rejections' })).rows).toEqual([])
    expect(await world.store.findVerdict(1, ballot.voteId)).toEqual({ status: 'counted', version: 1 })
  })

  test.each([
    ['a replay', 1],
    ['a gap', 4],
    ['an overlap', 2],
  ])('leaves out %s and commits the other partitions', async (_name, from) => {
    await using world = await openStore()
    await world.store.openLog('direct', 2)
    await world.store.fold([aBatch(0, 1, [aBallot(), aBallot()])])

    const { batches, fenced } = await world.store.fold([
      aBatch(0, from, [aBallot(), aBallot()]),
      aBatch(1, 1, [aBallot({ choice: 1 })]),
    ])

    expect(fenced).toEqual([{ partition: 0, bookmark: 3 }])
    expect(batches.map(({ partition }) => partition)).toEqual([1])
    expect(batches[0]?.verdicts).toEqual([{ status: 'counted', version: 3 }])
    expect(await world.store.readResults([1])).toMatchObject([{ version: 3, counts: [2, 1] }])
  })

  test('of which one partition is fenced judges the left-overs of the others', async () => {
    await using world = await openStore()
    await world.store.openLog('direct', 2)
    const ballot = aBallot()
    await world.store.fold([aBatch(1, 1, [ballot])])

    const { batches } = await world.store.fold([aBatch(0, 9, [aBallot()]), aBatch(1, 2, [ballot])])

    expect(batches.map(({ verdicts }) => verdicts)).toEqual([[{ status: 'counted', version: 1 }]])
  })

  test.each([
    ['a choice that no poll has', aBallot({ choice: 20 })],
    ['a choice beyond the column', aBallot({ choice: 70_000 })],
    ['a key that is no uuid', aBallot({ ballotKey: 'nonsense' })],
    ['a poll that cannot be', aBallot({ pollId: 0 })],
  ])('refuses %s as poison and commits nothing', async (_name, poison) => {
    await using world = await openStore()
    await world.store.openLog('direct', 2)

    await expect(world.store.fold([aBatch(0, 1, [aBallot(), poison])])).rejects.toMatchObject({
      reason: 'POISON_RECORD',
    })

    expect(await world.store.readTotals()).toEqual({ totalVotes: 0, pollsWithVotes: 0 })
    expect((await world.store.openLog('direct', 2)).bookmarks.get(0)).toBe(1)
  })
})

test('quarantine sets a record aside and lets the partition go on', async () => {
  await using world = await openStore()
  await world.store.openLog('direct', 2)
  const poison = aBallot({ choice: 99 })

  const folded = await world.store.quarantine(aBatch(0, 1, [poison]), new Error('refused'))

  expect(folded.batches[0]?.verdicts).toEqual([{ status: 'rejected', reason: 'QUARANTINED' }])
  expect((await world.store.openLog('direct', 2)).bookmarks.get(0)).toBe(2)
  const { rows } = await world.pg.query({
    text: 'SELECT partition, log_offset, record FROM votes.quarantine',
  })
  expect(rows).toMatchObject([{ partition: 0, log_offset: 1, record: { voteId: poison.voteId, choice: 99 } }])
})

test('a store remembers its log and refuses another one', async () => {
  await using world = await openStore()
  const first = await world.store.openLog('direct', 2)

  const again = await world.store.openLog('direct', 2)

  expect(again).toEqual(first)
  expect([...again.bookmarks]).toEqual([
    [0, 1],
    [1, 1],
  ])
  await expect(world.store.openLog('kafka', 6)).rejects.toMatchObject({ reason: 'FOREIGN_LOG' })
})

test('rejections are forgotten by age', async () => {
  await using world = await openStore()
  await world.store.openLog('direct', 2)
  const ballotKey = randomUUID()
  const late = aBallot({ ballotKey })
  await world.store.fold([aBatch(0, 1, [aBallot({ ballotKey }), late])])

  const forgotten = [
    await world.store.forgetRejectionsOlderThan(60_000),
    await world.store.forgetRejectionsOlderThan(0),
  ]

  expect(forgotten).toEqual([0, 1])
  expect(await world.store.findVerdict(1, late.voteId)).toBeUndefined()
})

test('the service role may not rewrite or erase a vote', async () => {
  await using world = await openStore()

  await expect(world.pg.query({ text: 'UPDATE votes.votes SET choice = 0' })).rejects.toThrow(
    'permission denied',
  )
  await expect(world.pg.query({ text: 'DELETE FROM votes.votes' })).rejects.toThrow('permission denied')
  await expect(world.pg.query({ text: 'CREATE TABLE votes.extra (id int)' })).rejects.toThrow(
    'permission denied',
  )
})

test('pages go through all results once, by rising poll id', async () => {
  await using world = await openStore()
  await world.store.openLog('direct', 2)
  const pollIds = [9, 2, 40, 7, 1]
  await world.store.fold([
    aBatch(
      0,
      1,
      pollIds.map((pollId) => aBallot({ pollId, choice: 1 })),
    ),
  ])

  const first = await world.store.readResultsAfter(0, 2)
  const second = await world.store.readResultsAfter(2, 2)
  const third = await world.store.readResultsAfter(9, 2)

  expect([first, second, third].map((page) => page.map(({ pollId }) => pollId))).toEqual([
    [1, 2],
    [7, 9],
    [40],
  ])
  expect(await world.store.readResultsAfter(40, 2)).toEqual([])
  expect(third).toEqual([
    { pollId: 40, version: 1, counts: [0, 1], status: 'open', asOfUs: expect.any(Number) },
  ])
})

test('bookmarks are read without waiting for a fold that holds them', async () => {
  await using world = await openStore()
  await world.store.openLog('kafka', 2)
  await world.store.fold([aBatch(1, 1, [aBallot(), aBallot()])])

  const bookmarks = await world.pg.transaction(async (fold) => {
    await fold.query({ text: 'UPDATE votes.bookmarks SET next_offset = 99' })
    return world.store.readBookmarks()
  })

  expect([...bookmarks]).toEqual([
    [0, 1],
    [1, 3],
  ])
})

test('a partition that the log does not have is an error, not busy', async () => {
  await using world = await openStore()
  await world.store.openLog('kafka', 2)

  await expect(world.store.fold([aBatch(7, 1, [aBallot()])])).rejects.toThrow('1 partitions have no bookmark')
})

test('knows the id of its log once it is open', async () => {
  await using world = await openStore()

  const before = world.store.logId()
  const { logId } = await world.store.openLog('kafka', 2)
  const { logId: folded } = await world.store.fold([aBatch(0, 1, [aBallot()])])

  expect([before, world.store.logId(), folded]).toEqual([undefined, logId, logId])
})
