import { describe, expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryRateLimits } from '../../src/adapters/memory/memory-rate-limits.js'
import type { RateLimitStore, Taken } from '../../src/domain/ports.js'
import { openRedisStore } from '../redis-store.js'

interface World extends AsyncDisposable {
  readonly store: RateLimitStore
  /** Lets time pass, by the store's own clock. */
  pass(ms: number): Promise<void>
}

const memoryWorld = (): Promise<World> => {
  const clock = fakeClock()
  return Promise.resolve({
    store: memoryRateLimits(clock),
    pass: (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  })
}

/** Without the insurance, which would hide what Redis does not do. */
const redisWorld = async (): Promise<World> => {
  const { store, [Symbol.asyncDispose]: close } = await openRedisStore()
  // A timer may fire a little early by the server's clock.
  return { store, pass: (ms) => sleep(ms + 2), [Symbol.asyncDispose]: close }
}

const stores: [name: string, open: () => Promise<World>][] = [
  ['memory', memoryWorld],
  ['redis', redisWorld],
]

const budget = { burst: 3, intervalMs: 200 }

const takeAll = async (store: RateLimitStore, key: string, times: number): Promise<Taken[]> => {
  const taken: Taken[] = []
  for (let time = 0; time < times; time++) taken.push(await store.take(key, budget))
  return taken
}

describe.each(stores)('RateLimitStore (%s)', (_name, openWorld) => {
  test('allows the burst at once, and not one more', async () => {
    await using world = await openWorld()

    const taken = await takeAll(world.store, 'a', 4)

    expect(taken.map(({ allowed }) => allowed)).toEqual([true, true, true, false])
    expect(taken.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0])
  })

  test('says when the next request is allowed, and keeps that word', async () => {
    await using world = await openWorld()
    await takeAll(world.store, 'a', 3)

    const refused = await world.store.take('a', budget)
    expect(refused.retryAfterMs).toBeGreaterThan(0)
    expect(refused.retryAfterMs).toBeLessThanOrEqual(200)
    await world.pass(refused.retryAfterMs)
    const [next, beyond] = await takeAll(world.store, 'a', 2)

    expect(next?.allowed).toBe(true)
    expect(beyond?.allowed).toBe(false)
  })

  test('after the burst one request is allowed each interval', async () => {
    await using world = await openWorld()
    await takeAll(world.store, 'a', 3)

    await world.pass(400)
    const taken = await takeAll(world.store, 'a', 3)

    expect(taken.map(({ allowed }) => allowed)).toEqual([true, true, false])
  })

  test('a refused request costs nothing', async () => {
    await using world = await openWorld()
    await takeAll(world.store, 'a', 50)

    await world.pass(200)

    expect((await world.store.take('a', budget)).allowed).toBe(true)
  })

  test('the whole burst is back when it says so', async () => {
    await using world = await openWorld()
    const taken = await takeAll(world.store, 'a', 3)

    await world.pass(taken[2]?.resetMs ?? 0)
    const again = await takeAll(world.store, 'a', 3)

    expect(taken[2]?.resetMs).toBeGreaterThan(400)
    expect(again.every(({ allowed }) => allowed)).toBe(true)
  })

  test('keys are independent', async () => {
    await using world = await openWorld()
    await takeAll(world.store, 'a', 4)

    expect((await world.store.take('b', budget)).remaining).toBe(2)
  })

  test('a budget whose interval is a fraction is exact too', async () => {
    await using world = await openWorld()
    const sevenAMinute = { burst: 7, intervalMs: 60_000 / 7 }

    const remaining: number[] = []
    for (let time = 0; time < 7; time++) remaining.push((await world.store.take('a', sevenAMinute)).remaining)

    expect(remaining).toEqual([6, 5, 4, 3, 2, 1, 0])
  })
})
