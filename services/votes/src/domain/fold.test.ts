import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { aBallot, aBatch } from '../../test/builders.js'
import { behindTheEnd, halve } from './fold.js'

const sizes = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 })
const batchesOf = (lengths: readonly number[]) =>
  lengths.map((length, partition) =>
    aBatch(
      partition,
      10,
      Array.from({ length }, () => aBallot()),
    ),
  )

test('halving keeps every ballot, in order, in two parts that are both smaller', () => {
  fc.assert(
    fc.property(sizes, (lengths) => {
      const batches = batchesOf(lengths)
      const all = batches.flatMap(({ ballots }) => ballots)
      fc.pre(all.length >= 2)

      const [first, second] = halve(batches) ?? [[], []]

      const parts = [first, second].map((part) => part.flatMap(({ ballots }) => ballots))
      expect(parts.flat()).toEqual(all)
      expect(parts.every(({ length }) => length > 0 && length < all.length)).toBe(true)
    }),
  )
})

test('the two parts of a partition meet without a gap', () => {
  fc.assert(
    fc.property(sizes, (lengths) => {
      const batches = batchesOf(lengths)
      const [first, second] = halve(batches) ?? [batches, []]

      for (const { partition, from, next } of batches) {
        const parts = [...first, ...second].filter((part) => part.partition === partition)
        expect([parts[0]?.from, parts.at(-1)?.next]).toEqual([from, next])
        if (parts.length === 2) expect(parts[0]?.next).toBe(parts[1]?.from)
      }
    }),
  )
})

test('a stretch that starts behind some of its ballots is never cut before its start', () => {
  const batch = { ...aBatch(0, 10, [aBallot(), aBallot(), aBallot(), aBallot()]), from: 14 }

  const stretches = (halve([batch]) ?? []).flat().map(({ from, next }) => [from, next])

  expect(stretches).toEqual([
    [14, 14],
    [14, 14],
  ])
})

test('a single ballot cannot be halved', () => {
  expect(halve(batchesOf([0, 1, 0]))).toBeUndefined()
})

const anEnd = (pollId: number, offset: number) => ({ pollId, closeId: 'a closing', partition: 0, offset })

test('halving leaves every end of a poll in the part of its offset', () => {
  const batch = { ...aBatch(0, 10, [aBallot(), aBallot(), aBallot(), aBallot()]), next: 16 }
  const closes = [anEnd(1, 9), anEnd(2, 11), anEnd(3, 12), anEnd(4, 15)]

  const parts = (halve([{ ...batch, closes }]) ?? []).map(([part]) =>
    part?.closes?.map(({ pollId }) => pollId),
  )

  expect(parts).toEqual([
    [1, 2],
    [3, 4],
  ])
})

test('a ballot lies behind the first end of its own poll', () => {
  const batch = aBatch(
    0,
    10,
    [1, 2, 1, 1].map((pollId) => aBallot({ pollId })),
  )
  const closes = [anEnd(1, 12.5), anEnd(1, 11.5)]

  expect(behindTheEnd({ ...batch, closes }).map(({ offset }) => offset)).toEqual([12, 13])
  expect(behindTheEnd(batch)).toEqual([])
})
