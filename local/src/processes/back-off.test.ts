import { expect, test } from '@jest/globals'
import { backOff } from './back-off.js'

test('waits double up to a second while a process keeps dying young', () => {
  const waits = backOff()

  const waitsMs = [1, 2, 3, 4, 5, 6].map(() => waits.next(10))

  expect(waitsMs).toEqual([100, 200, 400, 800, 1000, 1000])
})

test('a process that lived for a while is started again soon', () => {
  const waits = backOff()
  waits.next(10)
  waits.next(10)

  const waitMs = waits.next(60_000)

  expect(waitMs).toBe(100)
})
