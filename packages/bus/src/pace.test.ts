import { expect, test } from '@jest/globals'
import { makePace } from './pace.js'

test('each key has its own interval', () => {
  const pace = makePace<string>(50)

  pace.leave('a', 100)

  expect([pace.dueInMs('a', 120), pace.dueInMs('a', 150)]).toEqual([30, 0])
  expect(pace.dueInMs('b', 120)).toBeLessThan(0)
})

test('a key is forgotten once its interval is over', () => {
  const pace = makePace<number>(50)

  for (let ms = 0; ms < 1_000; ms += 1) pace.leave(ms, ms)

  expect(pace.size).toBe(50)
})

test('a key that leaves again is remembered from then on', () => {
  const pace = makePace<string>(50)

  pace.leave('a', 0)
  pace.leave('b', 10)
  pace.leave('a', 55)
  pace.leave('c', 70)

  expect(pace.dueInMs('a', 70)).toBe(35)
})
