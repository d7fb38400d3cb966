import { expect, test } from '@jest/globals'
import { makeRetryBudget, type RetryBudget } from './retry-budget.js'

const spendAll = (budget: RetryBudget): number => {
  let spent = 0
  while (budget.spend()) spent += 1
  return spent
}

test('a fresh budget allows twenty retries', () => {
  expect(spendAll(makeRetryBudget())).toBe(20)
})

test('ten calls earn a retry, and no more than twenty can be saved', () => {
  const budget = makeRetryBudget()
  spendAll(budget)

  for (let call = 0; call < 50; call++) budget.earn()
  const half = spendAll(budget)
  for (let call = 0; call < 1_000; call++) budget.earn()

  expect(half).toBeGreaterThanOrEqual(4) // 50 times 0.1 is a little less than 5 in binary
  expect(half).toBeLessThanOrEqual(5)
  expect(spendAll(budget)).toBe(20)
})
