import { describe, expect, test } from '@jest/globals'
import { systemClock } from '@votestream/runtime'
import { eventually, silentLogger } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import { makeVerdictWaiters } from '../../src/app/verdict-waiters.js'
import type { LoggedBallot } from '../../src/domain/ballot.js'
import { aBallot, aBatch, aSilentMeter } from '../builders.js'
import { openStore } from '../world.js'

const at = (offset: number, ballot = aBallot(), partition = 0): LoggedBallot => ({
  ...ballot,
  partition,
  offset,
})

test('judge says the same of each ballot as its fold did, whoever asks', async () => {
  await using world = await openStore()
  await world.store.openLog('kafka', 2)
  const [ballotKey, retried] = [randomUUID(), aBallot({ pollId: 2, choice: 1 })]
  const ballots = [
    aBallot({ ballotKey }),
    aBallot({ ballotKey }),
    retried,
    retried,
    { ...retried, choice: 0 },
    aBallot({ choice: 5 }),
  ]
  const batch = aBatch(0, 1, ballots)

  const { batches } = await world.store.fold([batch])

  expect(await world.store.judge(batch.ballots)).toEqual(batches[0]?.verdicts)
  expect(batches[0]?.verdicts.map(({ status }) => status)).toEqual([
    ...['counted', 'rejected', 'counted', 'counted', 'rejected', 'counted'],
  ])
})

test('judge answers in the order asked, at the version of the moment, each ballot by its own partition', async () => {
  await using world = await openStore()
  await world.store.openLog('kafka', 2)
  const [first, second] = [aBallot(), aBallot()]
  await world.store.fold([aBatch(0, 1, [first])])
  await world.store.fold([aBatch(0, 2, [second])])

  const judged = await world.store.judge([at(2, second), at(1, first, 1), at(1, first)])

  expect(judged).toEqual([{ status: 'counted', version: 2 }, undefined, { status: 'counted', version: 2 }])
})

test('judge rejects what lies in quarantine, although another vote holds its key', async () => {
  await using world = await openStore()
  await world.store.openLog('kafka', 2)
  const ballotKey = randomUUID()
  const poison = aBallot({ ballotKey, choice: 99 })
  await world.store.quarantine(aBatch(0, 1, [poison]), new Error('refused'))
  await world.store.fold([aBatch(0, 2, [aBallot({ ballotKey })])])

  expect(await world.store.judge([at(1, poison)])).toEqual([{ status: 'rejected', reason: 'QUARANTINED' }])
})

describe('a position without verdict', () => {
  test('the row of a vote says nothing of a later ballot while the bookmark has not passed it', async () => {
    await using world = await openStore()
    await world.store.openLog('kafka', 2)
    const ballot = aBallot()
    await world.store.fold([aBatch(0, 1, [ballot])])

    expect(await world.store.judge([at(2, ballot), at(3)])).toEqual([undefined, undefined])
  })

  test('a bookmark that has passed a ballot without a trace is no verdict', async () => {
    await using world = await openStore()
    await world.store.openLog('kafka', 2)
    await world.store.fold([{ partition: 0, from: 1, next: 9, ballots: [] }])

    expect(await world.store.judge([at(5)])).toEqual([{ status: 'unrecorded' }])
  })

  test('bookmark and row are of one moment: while folds run, no ballot is ever seen passed and missing', async () => {
    await using world = await openStore()
    await world.store.openLog('kafka', 1)
    const ballots = Array.from({ length: 150 }, (_, index) => at(index + 1))
    const folds = new AbortController()
    const judgeUntilDone = async (): Promise<unknown[]> => {
      const missing: unknown[] = []
      while (!folds.signal.aborted)
        missing.push(...(await world.store.judge(ballots)).filter((one) => one?.status === 'unrecorded'))
      return missing
    }
    const judging = judgeUntilDone()

    for (const ballot of ballots) await world.store.fold([aBatch(0, ballot.offset, [ballot])])
    folds.abort()

    expect(await judging).toEqual([])
  }, 30_000)
})

test('a lost message: the waiter of a ballot that another replica folded finds its verdict in the store', async () => {
  await using world = await openStore()
  await world.store.openLog('kafka', 2)
  const waiters = makeVerdictWaiters({
    ...{ clock: systemClock, meter: aSilentMeter() },
    shared: { store: world.store, logger: silentLogger },
  })
  const ballotKey = randomUUID()
  const batch = aBatch(1, 1, [aBallot({ ballotKey }), aBallot({ ballotKey })])
  const heard: unknown[] = []
  for (const ballot of batch.ballots) waiters.wait(ballot, (verdict) => heard.push(verdict))

  await world.store.fold([batch])

  await eventually(() =>
    expect(heard).toEqual([
      { status: 'counted', version: 1 },
      { status: 'rejected', reason: 'ALREADY_VOTED' },
    ]),
  )
  expect(waiters.size).toBe(0)
})
