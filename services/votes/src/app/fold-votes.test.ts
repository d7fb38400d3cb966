import { expect, test } from '@jest/globals'
import { invalidArgument, unavailable } from '@votestream/errors'
import { fakeClock } from '@votestream/testing'
import { aBallot, aBatch, aSilentMeter } from '../../test/builders.js'
import type { Folded, PartitionBatch } from '../domain/fold.js'
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
  const accept = (
    batches: readonly PartitionBatch[],
    verdict: Folded['batches'][0]['verdicts'][0],
  ): Folded => ({
    batches: batches.map((batch) => ({ ...batch, verdicts: batch.ballots.map(() => verdict) })),
    fenced: [],
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
const wire = (store: ReturnType<typeof aStore>) => {
  const waiters = makeVerdictWaiters()
  const published: number[] = []
  const publisher = {
    publishResults: (results: readonly { version: number }[]) => published.push(results.length),
  }
  const fold = makeFoldVotes({ store, waiters, publisher, meter: aSilentMeter(), clock: fakeClock() })
  return { fold, waiters, published }
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
  waiters.wait({ partition: 0, offset: 10 }, ({ status }) => heard.push(status))

  await fold([aBatch(0, 10, [aBallot({ choice: POISON })])])

  expect(heard).toEqual(['rejected'])
})

test('nobody is told and nothing is published when the commit fails', async () => {
  const store = { ...aStore(), fold: () => Promise.reject(unavailable('DATABASE_UNAVAILABLE', 'down')) }
  const { fold, waiters, published } = wire(store)
  waiters.wait({ partition: 0, offset: 10 }, () => published.push(-1))

  await expect(fold([aBatch(0, 10, [aBallot()])])).rejects.toThrow('down')

  expect(published).toEqual([])
  expect(waiters.size).toBe(1)
})
