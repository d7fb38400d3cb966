import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import type { RateLimitStore } from '../domain/ports.js'
import { memoryRateLimits } from './memory/memory-rate-limits.js'
import { rememberRefusals } from './remembered-refusals.js'

const budget = { burst: 2, intervalMs: 600 }

const aWorld = () => {
  const clock = fakeClock()
  const counted = memoryRateLimits(clock)
  const asked: string[] = []
  const store: RateLimitStore = {
    take: (key, of) => {
      asked.push(key)
      return counted.take(key, of)
    },
  }
  return { clock, counted, asked, limits: rememberRefusals(store, clock) }
}

test('who was refused is refused again without asking, until the moment that was named', async () => {
  const { clock, asked, limits } = aWorld()
  for (let request = 0; request < 3; request++) await limits.take('a', budget)

  await clock.advance(200)
  const again = await limits.take('a', budget)
  await clock.advance(399)
  const last = await limits.take('a', budget)
  const times = asked.length
  await clock.advance(1)
  const next = await limits.take('a', budget)

  expect(again).toEqual({ allowed: false, remaining: 0, resetMs: 1_000, retryAfterMs: 400 })
  expect(last).toMatchObject({ allowed: false, retryAfterMs: 1 })
  expect([times, next.allowed]).toEqual([3, true])
})

test('it says what the store would have said', async () => {
  const { clock, counted, limits } = aWorld()
  for (let request = 0; request < 3; request++) await limits.take('a', budget)
  await clock.advance(150)

  expect(await limits.take('a', budget)).toEqual(await counted.take('a', budget))
})

test('others are asked about', async () => {
  const { limits } = aWorld()
  for (let request = 0; request < 3; request++) await limits.take('a', budget)

  expect((await limits.take('b', budget)).allowed).toBe(true)
})

test('a flood of refused addresses takes no more than its share of memory', async () => {
  const { asked, limits } = aWorld()
  const none = { burst: 1, intervalMs: 60_000 }
  for (let address = 0; address < 10_001; address++)
    for (let request = 0; request < 2; request++) await limits.take(`ip:${address}`, none)
  asked.length = 0

  await limits.take('ip:1', none)
  await limits.take('ip:0', none)

  expect(asked).toEqual(['ip:0'])
})
