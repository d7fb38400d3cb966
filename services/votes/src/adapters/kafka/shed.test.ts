import { expect, test } from '@jest/globals'
import { aBallot } from '../../../test/builders.js'
import type { Ballot } from '../../domain/ballot.js'
import { partitionOf } from '../../domain/partition.js'
import { appendOrShed } from './shed.js'

const append = (ballots: readonly Ballot[]) =>
  Promise.resolve(ballots.map((_, offset) => ({ status: 'appended', partition: 0, offset }) as const))

test('appends everything while the oldest waiters are a second old at the most', async () => {
  const appended = await appendOrShed([aBallot(), aBallot()], {
    ...{ partitions: 2, oldestWaitMs: () => 1_000, append },
  })

  expect(appended).toMatchObject([{ offset: 0 }, { offset: 1 }])
})

test('sheds the ballots of a partition that does not move, and gives the others their answers in order', async () => {
  const ballots = Array.from({ length: 20 }, () => aBallot())

  const appended = await appendOrShed(ballots, {
    ...{ partitions: 2, oldestWaitMs: (partition) => (partition === 1 ? 1_001 : 0), append },
  })

  let offset = 0
  const expected = ballots.map(({ pollId, ballotKey }) =>
    partitionOf(pollId, ballotKey, 2) === 1
      ? { status: 'refused', reason: 'OVERLOADED', retryAfterMs: 1_000 }
      : { status: 'appended', partition: 0, offset: offset++ },
  )
  expect(appended).toEqual(expected)
  expect(offset).toBeGreaterThan(0)
})
