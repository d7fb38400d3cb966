import { expect, test } from '@jest/globals'
import { fakeClock, silentLogger } from '@votestream/testing'
import { aBallot, aFolded } from '../../../test/builders.js'
import type { Folded, PartitionBatch } from '../../domain/fold.js'
import { partitionOf } from '../../domain/partition.js'
import { directVoteLog } from './direct-vote-log.js'

const accept = (batches: readonly PartitionBatch[]): Folded =>
  aFolded({
    batches: batches.map((batch) => ({
      ...batch,
      verdicts: batch.ballots.map(() => ({ status: 'counted', version: 1 })),
    })),
  })

/** A log that is open, whose fold does what the test says. */
const openLog = async (fold: (batches: readonly PartitionBatch[]) => Promise<Folded>) => {
  const clock = fakeClock()
  const lock = { held: true, start: () => Promise.resolve(), stop: () => Promise.resolve() }
  const bookmarks = new Map([
    [0, 1],
    [1, 1],
  ])
  const store = { openLog: () => Promise.resolve({ logId: 'a log', bookmarks }) }
  const fatal: Error[] = []
  const log = directVoteLog({
    store,
    lock,
    clock,
    logger: silentLogger,
    onFatal: (error) => fatal.push(error),
  })
  log.run(fold)
  await log.start()
  await clock.advance(100)
  return { log, clock, lock, fatal }
}

test('sheds ballots while the oldest has waited for more than a second', async () => {
  const { log, clock } = await openLog(() => new Promise(() => undefined))
  await log.append([aBallot()])

  await clock.advance(1_000)
  const atOneSecond = await log.append([aBallot()])
  await clock.advance(1)
  const later = await log.append([aBallot()])

  expect(atOneSecond).toMatchObject([{ status: 'appended' }])
  expect(later).toMatchObject([{ status: 'refused', reason: 'OVERLOADED', retryAfterMs: 1_000 }])
})

test('holds 20,000 ballots at the most', async () => {
  const { log } = await openLog(() => new Promise(() => undefined))

  const appended = await log.append(Array.from({ length: 20_001 }, () => aBallot()))

  expect(appended.filter(({ status }) => status === 'appended')).toHaveLength(20_000)
  expect(appended.at(-1)).toMatchObject({ status: 'refused', reason: 'OVERLOADED' })
})

test('refuses ballots while the fold fails, repeats it with back-off, and then takes them again', async () => {
  const attempts: number[] = []
  let broken = true
  const { log, clock } = await openLog((batches) => {
    attempts.push(clock.monotonicMs())
    return broken ? Promise.reject(new Error('down')) : Promise.resolve(accept(batches))
  })
  const startMs = clock.monotonicMs()
  await log.append([aBallot()])
  await clock.advance(2_500)

  const whileFailing = await log.append([aBallot()])
  broken = false
  await clock.advance(1_000)
  const healed = await log.append([aBallot()])

  expect(attempts.slice(0, 6).map((ms) => ms - startMs)).toEqual([0, 50, 150, 350, 750, 1_550])
  expect(whileFailing).toMatchObject([{ status: 'refused', reason: 'UNAVAILABLE' }])
  expect(healed).toMatchObject([{ status: 'appended' }])
})

test('does not fold while another process may hold the lock', async () => {
  let folds = 0
  let finishFirst: () => void = () => undefined
  const { log, clock, lock } = await openLog(async (batches) => {
    folds++
    if (folds === 1) await new Promise<void>((resolve) => (finishFirst = resolve))
    return accept(batches)
  })
  await log.append([aBallot()])
  await log.append([aBallot()])

  lock.held = false
  finishFirst()
  await clock.advance(1_000)
  const foldsWithoutLock = folds - 1
  lock.held = true
  await clock.advance(1_000)

  expect(foldsWithoutLock).toBe(0)
  expect([folds, log.pending]).toEqual([2, 0])
})

test('ends itself when a stretch is fenced: somebody else folds this store', async () => {
  const { log, clock, fatal } = await openLog((batches) =>
    Promise.resolve(aFolded({ fenced: batches.map((batch) => ({ ...batch, bookmark: 7 })) })),
  )

  await log.append([aBallot()])
  await clock.advance(1)

  expect(fatal).toHaveLength(1)
  expect(await log.append([aBallot()])).toMatchObject([{ status: 'refused', reason: 'UNAVAILABLE' }])
})

test('folds what is pending before it stops', async () => {
  const { log } = await openLog((batches) => Promise.resolve(accept(batches)))
  await log.append(Array.from({ length: 50 }, () => aBallot()))

  await log.stop()

  expect(log.pending).toBe(0)
})

test('folds a stretch again from the bookmark when its commit was not heard of, and goes on', async () => {
  const asked: string[] = []
  let bookmark = 1
  const { log, clock, fatal } = await openLog((batches) => {
    const [batch] = batches
    if (!batch) throw new Error('nothing to fold')
    asked.push(`${batch.from}-${batch.next}`)
    if (batch.from !== bookmark) return Promise.resolve(aFolded({ fenced: [{ ...batch, bookmark }] }))
    bookmark = batch.next
    return asked.length === 1 ? Promise.reject(new Error('commit unknown')) : Promise.resolve(accept(batches))
  })
  const ballotKey = aBallot().ballotKey
  await log.append([0, 1, 2].map(() => aBallot({ ballotKey })))
  await clock.advance(1_000)

  await log.append([aBallot({ ballotKey })])
  await clock.advance(1)

  expect(asked).toEqual(['1-4', '1-4', '4-4', '4-5'])
  expect([log.pending, fatal.length]).toEqual([0, 0])
})

test('a partition that somebody else holds is folded again and again, also when a part of it was committed, and the other goes on', async () => {
  const asked: string[] = []
  const timesMs: number[] = []
  let attempts = 0
  const { log, clock, fatal } = await openLog((batches) => {
    attempts++
    timesMs.push(clock.monotonicMs())
    asked.push(batches.map(({ partition, from, next }) => `${partition}:${from}-${next}`).join(' '))
    const [free, held] = [batches.filter((b) => b.partition === 1), batches.filter((b) => b.partition === 0)]
    if (attempts <= 2) return Promise.resolve({ ...accept(free), busy: [0] })
    if (attempts === 3) return Promise.resolve(aFolded({ fenced: [{ partition: 0, bookmark: 2 }] }))
    return Promise.resolve(accept([...held, ...free]))
  })
  const keys = [0, 1].map((partition) =>
    Array.from({ length: 99 }, () => aBallot()).find((b) => partitionOf(1, b.ballotKey, 2) === partition),
  )
  const [held, free] = keys.map((ballot) => ballot ?? aBallot())
  if (!held || !free) throw new Error('no such ballots')

  await log.append([held, held, free])
  await clock.advance(1_000)

  expect(asked).toEqual(['0:1-3 1:1-2', '0:1-3', '0:1-3', '0:2-3'])
  expect(timesMs.map((ms) => ms - (timesMs[0] ?? 0))).toEqual([0, 50, 100, 100])
  expect([log.pending, fatal.length]).toEqual([0, 0])
})

test('a fence beside a busy partition is not ours', async () => {
  const { log, clock, fatal } = await openLog(() =>
    Promise.resolve(aFolded({ busy: [0], fenced: [{ partition: 1, bookmark: 2 }] })),
  )

  await log.append(Array.from({ length: 50 }, () => aBallot()))
  await clock.advance(1)

  expect(fatal).toHaveLength(1)
})

test('a retry of what waits in memory is never told that nothing is recorded', async () => {
  const { log, clock } = await openLog(() => Promise.reject(new Error('down')))
  const ballot = aBallot()
  await log.append([ballot])
  await clock.advance(10)

  expect(await log.append([ballot, aBallot()])).toMatchObject([
    { status: 'unknown' },
    { status: 'refused', reason: 'UNAVAILABLE' },
  ])
})

test('says that it cannot tell what it holds while another process has the lock', async () => {
  const { log, lock } = await openLog((batches) => Promise.resolve(accept(batches)))

  lock.held = false

  await expect(log.mayHold(1, aBallot().voteId)).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
})
