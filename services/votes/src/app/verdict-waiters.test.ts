import { expect, test } from '@jest/globals'
import { aBallot, aBatch } from '../../test/builders.js'
import type { Verdict } from '../domain/verdict.js'
import { makeVerdictWaiters } from './verdict-waiters.js'

const counted: Verdict = { status: 'counted', version: 3 }
const foldOf = (partition: number, from: number) => ({
  batches: [{ ...aBatch(partition, from, [aBallot()]), verdicts: [counted] }],
  fenced: [],
  results: [],
})

test('a fold settles the waiter of its own partition and offset, once', () => {
  const waiters = makeVerdictWaiters()
  const heard: string[] = []
  waiters.wait({ partition: 0, offset: 5 }, ({ status }) => heard.push(`0/5 ${status}`))
  waiters.wait({ partition: 1, offset: 5 }, ({ status }) => heard.push(`1/5 ${status}`))

  waiters.settle(foldOf(1, 5))
  waiters.settle(foldOf(1, 5))

  expect(heard).toEqual(['1/5 counted'])
  expect(waiters.size).toBe(1)
})

test('who stopped waiting is not told', () => {
  const waiters = makeVerdictWaiters()
  const heard: Verdict[] = []
  const stop = waiters.wait({ partition: 0, offset: 5 }, (verdict) => heard.push(verdict))

  stop()
  waiters.settle(foldOf(0, 5))

  expect(heard).toEqual([])
  expect(waiters.size).toBe(0)
})
