import { expect, test } from '@jest/globals'
import { fakeClock, silentLogger } from '@votestream/testing'
import { aBallot, aBatch, aFolded } from '../../../test/builders.js'
import type { Folded, PartitionBatch } from '../../domain/fold.js'
import { FoldGroup } from './fold-group.js'

interface Call {
  readonly batches: readonly PartitionBatch[]
  answer(folded?: Partial<Folded>): void
  fail(): void
}

/** A group whose folds end when the test says so. */
const aGroup = () => {
  const clock = fakeClock()
  const calls: Call[] = []
  const fold = (batches: readonly PartitionBatch[]): Promise<Folded> =>
    new Promise((resolve, reject) =>
      calls.push({
        batches,
        answer: (folded) => resolve(aFolded(folded)),
        fail: () => reject(new Error('away')),
      }),
    )
  const group = new FoldGroup({ fold, clock, logger: silentLogger })
  return { group, clock, calls }
}

const aStretch = (partition: number, from = 1): PartitionBatch => aBatch(partition, from, [aBallot()])
const partitionsOf = (calls: readonly Call[]): number[][] =>
  calls.map(({ batches }) => batches.map(({ partition }) => partition))

test('folds together what one tick brings, and in the next fold what comes meanwhile', async () => {
  const { group, clock, calls } = aGroup()

  const outcomes = [0, 1].map((partition) => group.fold(aStretch(partition)).outcome)
  await clock.advance(0)
  outcomes.push(...[2, 3].map((partition) => group.fold(aStretch(partition)).outcome))
  await clock.advance(0)
  const first = partitionsOf(calls)
  calls[0]?.answer()
  await clock.advance(0)
  calls[1]?.answer()

  expect(first).toEqual([[0, 1]])
  expect(partitionsOf(calls)).toEqual([
    [0, 1],
    [2, 3],
  ])
  expect(await Promise.all(outcomes)).toEqual(Array.from({ length: 4 }, () => ({ status: 'folded' })))
})

test('tells each stretch what became of it', async () => {
  const { group, clock, calls } = aGroup()

  const outcomes = [0, 1, 2].map((partition) => group.fold(aStretch(partition)).outcome)
  await clock.advance(0)
  calls[0]?.answer({ fenced: [{ partition: 1, bookmark: 9 }], busy: [2] })

  expect(await Promise.all(outcomes)).toEqual([
    { status: 'folded' },
    { status: 'fenced', bookmark: 9 },
    { status: 'busy' },
  ])
})

test('repeats a fold that failed after 50 ms, then 100, and so on up to a second', async () => {
  const { group, clock, calls } = aGroup()
  const { outcome } = group.fold(aStretch(0))
  await clock.advance(0)

  for (const [index, ms] of [50, 100, 200, 400, 800, 1_000, 1_000].entries()) {
    calls[index]?.fail()
    await clock.advance(ms - 1)
    expect(calls).toHaveLength(index + 1)
    await clock.advance(1)
    expect(calls).toHaveLength(index + 2)
  }
  calls.at(-1)?.answer()

  expect(await outcome).toEqual({ status: 'folded' })
})

test('a repeated fold takes along what has come, and leaves out what was abandoned', async () => {
  const { group, clock, calls } = aGroup()
  const { abandon } = group.fold(aStretch(0))
  void group.fold(aStretch(1))
  await clock.advance(0)

  void group.fold(aStretch(2))
  abandon()
  calls[0]?.fail()
  await clock.advance(50)

  expect(partitionsOf(calls)).toEqual([
    [0, 1],
    [1, 2],
  ])
})

test('abandoning a stretch does not touch the one that follows it in its partition', async () => {
  const { group, clock, calls } = aGroup()
  const { abandon } = group.fold(aStretch(0, 1))
  await clock.advance(0)
  abandon()

  const next = group.fold(aStretch(0, 5))
  abandon()
  calls[0]?.answer()
  await clock.advance(0)
  calls[1]?.answer()

  expect(calls[1]?.batches).toMatchObject([{ from: 5 }])
  expect(await next.outcome).toEqual({ status: 'folded' })
})

test('is failing from a failed fold until one succeeds', async () => {
  const { group, clock, calls } = aGroup()
  void group.fold(aStretch(0))
  await clock.advance(0)

  const states = [group.failing]
  calls[0]?.fail()
  await clock.advance(50)
  states.push(group.failing)
  calls[1]?.answer()
  await clock.advance(0)
  states.push(group.failing)

  expect(states).toEqual([false, true, false])
  expect(group.lastFoldMs).toBe(50)
})

test('is not failing any more when nobody wants what failed: others fold it now', async () => {
  const { group, clock, calls } = aGroup()
  const { abandon } = group.fold(aStretch(0))
  await clock.advance(0)
  calls[0]?.fail()
  await clock.advance(0)
  const before = group.failing

  abandon()
  await clock.advance(50)

  expect([before, group.failing]).toEqual([true, false])
})

test('is failing while a fold hangs for more than a second', async () => {
  const { group, clock, calls } = aGroup()
  void group.fold(aStretch(0))
  await clock.advance(0)

  await clock.advance(1_000)
  const states = [group.failing]
  await clock.advance(1)
  states.push(group.failing)
  calls[0]?.answer()
  await clock.advance(0)
  states.push(group.failing)

  expect(states).toEqual([false, true, false])
})

test('a stop gives up what waits, and nothing is folded any more', async () => {
  const { group, clock, calls } = aGroup()
  void group.fold(aStretch(0))
  await clock.advance(0)
  void group.fold(aStretch(1))

  const stopped = group.stop()
  calls[0]?.fail()
  await clock.advance(0)
  await stopped
  void group.fold(aStretch(2))
  await clock.advance(5_000)

  expect(partitionsOf(calls)).toEqual([[0]])
})
