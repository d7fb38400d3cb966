import { expect, test } from '@jest/globals'
import { invalidArgument, unavailable } from '@votestream/errors'
import { fakeClock } from '@votestream/testing'
import { aBallot, aBatch, aFolded, aSilentMeter } from '../../test/builders.js'
import type { Folded, PartitionBatch } from '../domain/fold.js'
import type { Progress } from '../domain/progress.js'
import { makeFoldVotes } from './fold-votes.js'
import { makeVerdictWaiters } from './verdict-waiters.js'

const POISON = 99
const poison = invalidArgument('POISON_RECORD', 'refused')

/** A store that refuses the choice 99 and remembers what it was asked. */
const aStore = () => {
  const committed: number[] = []
  const quarantined: number[] = []
  const offsetsOf = (batches: readonly PartitionBatch[]) =>
    batches.flatMap((b) => b.ballots.map((x) => x.offset))
  const accept = (batches: readonly PartitionBatch[], verdict: Folded['batches'][0]['verdicts'][0]): Folded =>
    aFolded({
      batches: batches.map((batch) => ({ ...batch, verdicts: batch.ballots.map(() => verdict) })),
      results: [
        { pollId: 1, version: committed.length, counts: [committed.length], status: 'open', asOfUs: 0 },
      ],
    })
  return {
    committed,
    quarantined,
    fold: (batches: readonly PartitionBatch[]) => {
      if (batches.some(({ ballots }) => ballots.some(({ choice }) => choice === POISON)))
        return Promise.reject(poison)
      committed.push(...offsetsOf(batches))
      return Promise.resolve(accept(batches, { status: 'counted', version: 1 }))
    },
    quarantine: (batch: PartitionBatch) => {
      quarantined.push(...offsetsOf([batch]))
      return Promise.resolve(accept([batch], { status: 'rejected', reason: 'QUARANTINED' }))
    },
  }
}
const wire = (store: Pick<ReturnType<typeof aStore>, 'fold' | 'quarantine'>) => {
  const [clock, meter] = [fakeClock(), aSilentMeter()]
  const waiters = makeVerdictWaiters({ clock, meter })
  const told: Progress[] = []
  const progress = { publishProgress: (one: Progress) => told.push(one) }
  const published: number[] = []
  const publisher = {
    publishResults: (results: readonly { version: number }[]) => published.push(results.length),
  }
  const fold = makeFoldVotes({ store, waiters, publisher, progress, meter, clock })
  return { fold, waiters, published, told }
}

test('a poison record is found by halving, set aside and passed; all others count', async () => {
  const store = aStore()
  const { fold } = wire(store)
  const ballots = Array.from({ length: 9 }, (_, index) => aBallot({ choice: index === 6 ? POISON : 0 }))

  await fold([aBatch(0, 10, ballots)])

  expect(store.committed).toEqual([10, 11, 12, 13, 14, 15, 17, 18])
  expect(store.quarantined).toEqual([16])
})

test('the waiter of a poison record learns that it was rejected', async () => {
  const { fold, waiters } = wire(aStore())
  const heard: string[] = []
  waiters.wait({ ...aBallot(), partition: 0, offset: 10 }, ({ status }) => heard.push(status))

  await fold([aBatch(0, 10, [aBallot({ choice: POISON })])])

  expect(heard).toEqual(['rejected'])
})

test('nobody is told and nothing is published when the commit fails', async () => {
  const store = { ...aStore(), fold: () => Promise.reject(unavailable('DATABASE_UNAVAILABLE', 'down')) }
  const { fold, waiters, published, told } = wire(store)
  waiters.wait({ ...aBallot(), partition: 0, offset: 10 }, () => published.push(-1))

  await expect(fold([aBatch(0, 10, [aBallot()])])).rejects.toThrow('down')

  expect([...published, ...told]).toEqual([])
  expect(waiters.size).toBe(1)
})

test('tells the other replicas what became of each stretch with ballots: who was rejected, and the versions of the rest', async () => {
  const [poll1, poll2] = [aBallot({ pollId: 1 }), aBallot({ pollId: 2 })]
  const store = {
    ...aStore(),
    fold: ([first, empty]: readonly PartitionBatch[]) =>
      Promise.resolve(
        aFolded({
          batches: [
            {
              ...(first ?? aBatch(0, 0, [])),
              verdicts: [
                { status: 'counted', version: 8 },
                { status: 'rejected', reason: 'ALREADY_VOTED' },
                { status: 'counted', version: 9 },
                { status: 'counted', version: 3 },
              ],
            },
            { ...(empty ?? aBatch(0, 0, [])), verdicts: [] },
          ],
        }),
      ),
  }
  const { fold, told } = wire(store)

  await fold([aBatch(4, 10, [poll1, poll1, poll1, poll2]), { partition: 5, from: 0, next: 1, ballots: [] }])

  expect(told).toEqual([
    {
      ...{ logId: 'a log', partition: 4, from: 10, next: 14 },
      rejected: [{ offset: 11, reason: 'ALREADY_VOTED' }],
      versions: [
        [1, 9],
        [2, 3],
      ],
    },
  ])
})

test('tells the other replicas of a record in quarantine', async () => {
  const { fold, told } = wire(aStore())

  await fold([aBatch(0, 10, [aBallot({ choice: POISON })])])

  expect(told).toMatchObject([{ from: 10, next: 11, rejected: [{ offset: 10, reason: 'QUARANTINED' }] }])
})

test('a stretch without ballots beside a poison record is folded too', async () => {
  const { fold } = wire(aStore())

  const { batches } = await fold([
    aBatch(0, 10, [aBallot({ choice: POISON })]),
    { partition: 1, from: 0, next: 1, ballots: [] },
  ])

  expect(batches.map(({ partition, next }) => [partition, next])).toEqual([
    [0, 11],
    [1, 1],
  ])
})

test('when the first half of a partition is left out, its second half is not even tried', async () => {
  const asked: string[] = []
  const poisonous = aStore()
  const store = {
    ...poisonous,
    fold: async (batches: readonly PartitionBatch[]) => {
      if (batches.length === 1 && batches[0]?.partition === 0) return aFolded({ busy: [0] })
      asked.push(batches.map(({ partition, from, next }) => `${partition}:${from}-${next}`).join(' '))
      return poisonous.fold(batches)
    },
  }
  const { fold } = wire(store)
  const ballots = Array.from({ length: 4 }, () => aBallot())

  const folded = await fold([aBatch(0, 10, ballots), aBatch(1, 20, [aBallot({ choice: POISON }), aBallot()])])

  expect(folded.busy).toEqual([0])
  expect(folded.batches.map(({ partition, from, next }) => [partition, from, next])).toEqual([
    [1, 20, 21],
    [1, 21, 22],
  ])
  expect(asked).toEqual(['0:10-14 1:20-22', '1:20-22', '1:20-21', '1:21-22'])
})
