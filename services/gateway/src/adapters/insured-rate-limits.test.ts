import { expect, test } from '@jest/globals'
import { fakeClock, silentLogger } from '@votestream/testing'
import type { RateLimitStore } from '../domain/ports.js'
import { insuredRateLimits } from './insured-rate-limits.js'
import { memoryRateLimits } from './memory/memory-rate-limits.js'

const budget = { burst: 2, intervalMs: 60_000 }

/** A shared store that has no budget left, so that its answers can be told from the insurance's. */
const aWorld = () => {
  const clock = fakeClock()
  const shared = { asked: [] as string[], works: true, hangs: false }
  const store: RateLimitStore = {
    take: async (key) => {
      shared.asked.push(key)
      if (shared.hangs) await clock.sleep(100)
      if (!shared.works) throw new Error('away')
      return { allowed: false, remaining: 0, resetMs: 1, retryAfterMs: 1 }
    },
  }
  const insurance = memoryRateLimits(clock)
  const limits = insuredRateLimits({ shared: store, insurance, clock, logger: silentLogger })
  const take = async (): Promise<boolean> => (await limits.take('ip:a', budget)).allowed
  return { clock, shared, take, limits }
}

test('the shared store decides while it answers', async () => {
  const { take } = aWorld()

  expect([await take(), await take()]).toEqual([false, false])
})

test('while it is away the insurance decides: as much as the budget says, and no more', async () => {
  const { shared, take } = aWorld()
  shared.works = false

  expect([await take(), await take(), await take(), await take()]).toEqual([true, true, false, false])
  expect(shared.asked).toEqual(['ip:a'])
})

test('it says which of the two counts', async () => {
  const { shared, clock, take, limits } = aWorld()
  const before = limits.away
  shared.works = false
  await take()
  const meanwhile = limits.away
  shared.works = true
  await clock.advance(1_000)
  await take()
  await clock.advance(0)

  expect([before, meanwhile, limits.away]).toEqual([false, true, false])
})

test('nobody waits for it but those who asked when it went', async () => {
  const { clock, shared, take } = aWorld()
  Object.assign(shared, { works: false, hangs: true })

  const first = [take(), take()]
  await clock.advance(100)
  const allowed = await Promise.all(first)
  await clock.advance(1_000)
  const startedAt = clock.monotonicMs()
  const next = await take()

  expect([...allowed, next]).toEqual([true, true, false])
  expect(clock.monotonicMs()).toBe(startedAt)
  expect(shared.asked).toEqual(['ip:a', 'ip:a', 'probe'])
  await clock.advance(100)
})

test('it is asked again once a second, and decides again when it has answered', async () => {
  const { clock, shared, take } = aWorld()
  shared.works = false
  await take()

  await clock.advance(999)
  await take()
  const before = shared.asked.length
  await clock.advance(1)
  await take()
  await clock.advance(999)
  await take()
  const once = shared.asked.length
  shared.works = true
  await clock.advance(1)
  await take()
  await clock.advance(0)

  expect([before, once]).toEqual([1, 2])
  expect(await take()).toBe(false)
  expect(shared.asked.slice(1)).toEqual(['probe', 'probe', 'ip:a'])
})
