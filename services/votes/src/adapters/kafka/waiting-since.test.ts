import { expect, test } from '@jest/globals'
import { WaitingSince } from './waiting-since.js'

const ends = (high: number) => [{ partition: 0, low: 0, high }]
const folded = (next: number) => new Map([[0, next]])

test('what is folded by the time of the look waits for nothing', () => {
  const waiting = new WaitingSince()

  waiting.note(ends(8), folded(8), 1_000)

  expect(waiting.agesMs([0], 9_000)).toEqual(new Map([[0, 0]]))
})

test('a partition that stands still waits longer and longer, whatever is added', () => {
  const waiting = new WaitingSince()
  waiting.note(ends(8), folded(5), 1_000)

  waiting.note(ends(20), folded(7), 3_000)

  expect(waiting.agesMs([0], 9_000)).toEqual(new Map([[0, 8_000]]))
})

test('a partition that is behind but moves on waits since the look that saw what is not folded yet', () => {
  const waiting = new WaitingSince()
  waiting.note(ends(8), folded(5), 1_000)

  waiting.note(ends(20), folded(8), 3_000)

  expect(waiting.agesMs([0], 9_000)).toEqual(new Map([[0, 6_000]]))
})

test('a partition of which nothing is known is at 0', () => {
  expect(new WaitingSince().agesMs([3], 9_000)).toEqual(new Map([[3, 0]]))
})
