import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { systemClock } from '@votestream/runtime'
import { eventually, silentLogger, tcpProxy, testRedis, type TcpProxy } from '@votestream/testing'
import { memoryRateLimits } from '../../src/adapters/memory/memory-rate-limits.js'
import { sharedRateLimits } from '../../src/adapters/redis/shared-rate-limits.js'
import type { RateLimitStore } from '../../src/domain/ports.js'
import { openRedisStore, type RedisStore } from '../redis-store.js'

/** Nothing comes back while a test runs. */
const budget = { burst: 10, intervalMs: 60_000 }

const allowedOf = async (store: RateLimitStore, times: number, key = 'ip:a'): Promise<number> => {
  const taken = await Promise.all(Array.from({ length: times }, () => store.take(key, budget)))
  return taken.filter(({ allowed }) => allowed).length
}

describe('in Redis', () => {
  let world: RedisStore
  beforeEach(async () => {
    world = await openRedisStore()
  })
  afterEach(async () => {
    await world[Symbol.asyncDispose]()
  })

  test('replicas share one budget', async () => {
    await using other = await openRedisStore(world.prefix)

    const allowed = await Promise.all([allowedOf(world.store, 8), allowedOf(other.store, 8)])

    expect(allowed[0] + allowed[1]).toBe(10)
  })

  test('what is asked at once goes in one command, and each gets its own answer', async () => {
    const evalsha = jest.spyOn(world.redis, 'evalsha')

    const [a, b] = await Promise.all([
      world.store.take('ip:a', budget),
      world.store.take('ip:b', { burst: 3, intervalMs: 1_000 }),
    ])

    expect([a.remaining, b.remaining]).toEqual([9, 2])
    expect(evalsha.mock.calls.map(([, keys]) => keys)).toEqual([2])
  })

  test('more than one command may carry is asked in several', async () => {
    const keys = Array.from({ length: 600 }, (_none, index) => `ip:${index}`)

    const taken = await Promise.all(keys.map((key) => world.store.take(key, budget)))

    expect(taken.every(({ allowed, remaining }) => allowed && remaining === 9)).toBe(true)
  })

  test('a budget that is whole again leaves nothing behind', async () => {
    await world.store.take('ip:a', { burst: 2, intervalMs: 50 })
    const kept = await world.redis.pttl(`${world.prefix}limit:ip:a`)

    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThanOrEqual(50)
    await eventually(async () => expect(await world.redis.exists(`${world.prefix}limit:ip:a`)).toBe(0))
  })

  test.each(['9007199254740991', 'not a number'])(
    'nobody is shut out for longer than a whole budget by what is kept (%s): a clock may be set back',
    async (kept) => {
      await world.redis.set(`${world.prefix}limit:ip:a`, kept, 'PX', 60_000)

      const { resetMs } = await world.store.take('ip:a', { burst: 2, intervalMs: 100 })

      expect(resetMs).toBeLessThanOrEqual(200)
    },
  )

  test('the script is brought along when the server does not have it', async () => {
    const forgotten = new Error('NOSCRIPT No matching script. Please use EVAL.')
    jest.spyOn(world.redis, 'evalsha').mockRejectedValueOnce(forgotten)

    expect(await allowedOf(world.store, 12)).toBe(10)
  })
})

describe('when Redis', () => {
  let proxy: TcpProxy
  let prefix: string
  let limits: ReturnType<typeof sharedRateLimits>
  beforeEach(async () => {
    const { url, prefix: fresh } = testRedis()
    prefix = fresh
    proxy = await tcpProxy({ host: new URL(url).hostname, port: Number(new URL(url).port) })
    limits = sharedRateLimits({
      ...{ url: proxy.through(url), prefix, clock: systemClock, logger: silentLogger },
      insurance: memoryRateLimits(systemClock),
    })
    await limits.start()
  })
  afterEach(async () => {
    await limits.stop()
    await proxy.close()
  })

  /** By what another replica sees of the same budget. */
  const isShared = async (): Promise<boolean> => {
    await using other = await openRedisStore(prefix)
    const key = `ip:${performance.now()}`
    await limits.take(key, budget)
    return (await other.store.take(key, budget)).remaining === 8
  }

  test('is there, it counts for all', async () => {
    expect(await isShared()).toBe(true)
  })

  test('is gone, each counts for itself, at once; and for all again when it is back', async () => {
    await proxy.cut()
    const startedAt = performance.now()
    const allowed = await allowedOf(limits, 12)
    const tookMs = performance.now() - startedAt
    const alone = await isShared()
    await proxy.mend()

    expect(allowed).toBe(10)
    expect(tookMs).toBeLessThan(150)
    expect(alone).toBe(false)
    await eventually(async () => expect(await isShared()).toBe(true), { timeoutMs: 5_000 })
  })

  test('is frozen, it costs a tenth of a second once; and counts for all again when it goes on', async () => {
    proxy.freeze()
    const startedAt = performance.now()
    const allowed = await allowedOf(limits, 12)
    const frozenMs = performance.now() - startedAt
    const durations: number[] = []
    const until = performance.now() + 2_500
    while (performance.now() < until) {
      const begun = performance.now()
      await limits.take('ip:b', budget)
      durations.push(performance.now() - begun)
      await systemClock.sleep(5)
    }
    proxy.thaw()

    expect(allowed).toBe(10)
    expect(frozenMs).toBeGreaterThan(90)
    expect(frozenMs).toBeLessThan(200)
    expect(Math.max(...durations)).toBeLessThan(90)
    await eventually(async () => expect(await isShared()).toBe(true), { timeoutMs: 8_000 })
  }, 20_000)

  test('is away at the start, it counts for all when it comes', async () => {
    const { url } = testRedis()
    await proxy.cut()
    const late = sharedRateLimits({
      ...{ url: proxy.through(url), prefix, clock: systemClock, logger: silentLogger },
      insurance: memoryRateLimits(systemClock),
    })
    await late.start()

    const allowed = await allowedOf(late, 12)
    await proxy.mend()

    expect(allowed).toBe(10)
    await using other = await openRedisStore(prefix)
    await eventually(
      async () => {
        const key = `ip:${performance.now()}`
        await late.take(key, budget)
        expect((await other.store.take(key, budget)).remaining).toBe(8)
      },
      { timeoutMs: 5_000 },
    )
    await late.stop()
  }, 10_000)
})
