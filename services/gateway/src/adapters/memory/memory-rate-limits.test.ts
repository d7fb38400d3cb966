import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { memoryRateLimits } from './memory-rate-limits.js'

const budget = { burst: 100, intervalMs: 600 }

test('a flood of addresses takes no more than its share of memory', async () => {
  const store = memoryRateLimits(fakeClock())

  for (let address = 0; address < 100_010; address++) await store.take(`ip:${address}`, budget)

  expect(store.size).toBe(100_000)
})

test('an address whose budget is whole again is forgotten when others come', async () => {
  const clock = fakeClock()
  const store = memoryRateLimits(clock)
  for (let address = 0; address < 10; address++) await store.take(`ip:${address}`, budget)

  await clock.advance(600)
  for (let request = 0; request < 5; request++) await store.take('ip:new', budget)

  expect(store.size).toBe(1)
})

test('under a flood the address seen longest ago starts afresh, not the one that asks all the time', async () => {
  const store = memoryRateLimits(fakeClock())
  for (let request = 0; request < 100; request++) await store.take('ip:busy', budget)

  for (let address = 0; address < 100_010; address++) {
    await store.take(`ip:${address}`, budget)
    if (address % 1_000 === 0) await store.take('ip:busy', budget)
  }

  expect((await store.take('ip:busy', budget)).allowed).toBe(false)
})
