import { expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { partitionOf } from './partition.js'

test('one voter of a poll always meets in the same partition, in every release', () => {
  const key = '0191d2c4-0000-7000-8000-00000000002a'

  expect([partitionOf(1, key, 24), partitionOf(1, key, 24)]).toEqual([11, 11])
})

test('a hot poll spreads over all partitions evenly', () => {
  const counts = new Array<number>(6).fill(0)
  for (let ballot = 0; ballot < 6_000; ballot++) {
    const partition = partitionOf(1, randomUUID(), 6)
    counts[partition] = (counts[partition] ?? 0) + 1
  }

  // 1,000 each, standard deviation 29: seven of them to either side.
  expect(Math.min(...counts)).toBeGreaterThan(800)
  expect(Math.max(...counts)).toBeLessThan(1_200)
})
