import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { redisBus } from '@votestream/bus'
import { aRegistry, eventually, silentLogger, tcpProxy, testRedis, type TcpProxy } from '@votestream/testing'
import { openWorld, told, type World } from '../world.js'

let proxy: TcpProxy
let redis: { url: string; prefix: string }
let world: World
beforeEach(async () => {
  const { url, prefix } = testRedis()
  proxy = await tcpProxy({ host: new URL(url).hostname, port: Number(new URL(url).port) })
  redis = { url, prefix }
  world = await openWorld({
    env: {
      REDIS_URL: proxy.through(url),
      REDIS_PREFIX: prefix,
      RATE_LIMIT_PER_MINUTE: '20',
      TRUSTED_PROXIES: '127.0.0.0/8',
    },
  })
  Object.assign(world.votes.health, { kafka: true, redis: true })
})
afterEach(async () => {
  await world[Symbol.asyncDispose]()
  await proxy.close()
})

const healthOf = async () => {
  const startedAt = performance.now()
  const { status, body } = await told(await world.fetch('/health'))
  return { status, body, ms: performance.now() - startedAt }
}

describe('health', () => {
  test('names every engine', async () => {
    await eventually(async () =>
      expect((await healthOf()).body).toEqual({
        ...{ status: 'ok', database: true, redis: true, kafka: true, active_connections: 0 },
      }),
    )
  })

  test('is degraded without Postgres, because votes are taken all the same, and down without Kafka', async () => {
    Object.assign(world.votes.health, { postgres: false })
    world.polls.health.postgres = false
    await eventually(async () =>
      expect(await healthOf()).toMatchObject({
        ...{ status: 200, body: { status: 'degraded', database: false, kafka: true } },
      }),
    )

    Object.assign(world.votes.health, { '': false, kafka: false })
    await eventually(async () =>
      expect(await healthOf()).toMatchObject({ status: 503, body: { status: 'down', kafka: false } }),
    )
  })

  test('is degraded while Redis is gone or frozen, soon says so, and heals', async () => {
    const times: number[] = []
    const says = (status: string, isUp: boolean) =>
      eventually(
        async () => {
          const { body, ms } = await healthOf()
          times.push(ms)
          expect(body).toMatchObject({ status, redis: isUp })
        },
        { timeoutMs: 10_000 },
      )

    await proxy.cut()
    await says('degraded', false)
    await proxy.mend()
    await says('ok', true)
    proxy.freeze()
    await says('degraded', false)
    proxy.thaw()
    await says('ok', true)

    expect(Math.max(...times)).toBeLessThan(1_500)
  }, 40_000)

  test('counts the streams that the replicas of realtime tell of', async () => {
    const bus = redisBus({ ...redis, logger: silentLogger, registry: aRegistry(), listen: [] })
    await bus.start?.()

    await eventually(async () => {
      bus.publishConnections('replica-a', 7)
      await bus.flush()
      expect((await healthOf()).body.active_connections).toBe(7)
    })
    await bus.stop?.()
  })
})

test('two gateways share the rate limit, and votes go on while Redis is frozen', async () => {
  await using second = await openWorld({
    env: {
      REDIS_URL: redis.url,
      REDIS_PREFIX: redis.prefix,
      RATE_LIMIT_PER_MINUTE: '20',
      TRUSTED_PROXIES: '127.0.0.0/8',
    },
  })
  let address = 0
  // A busy machine may take the one or the other for a Redis that is away, for a second.
  await eventually(
    async () => {
      const from = { 'X-Forwarded-For': `192.0.2.${(address += 1)}` }
      const votes = [world, second].flatMap((gateway) =>
        Array.from({ length: 15 }, () => gateway.vote(1, { choice: 0 }, from)),
      )
      const counted = (await Promise.all(votes)).filter(({ status }) => status === 200).length
      expect(counted).toBeGreaterThanOrEqual(20)
      expect(counted).toBeLessThan(24) // one is earned back every three seconds
    },
    { timeoutMs: 15_000 },
  )
  proxy.freeze()
  const startedAt = performance.now()
  const frozen = await world.vote(1, { choice: 0 }, { 'X-Forwarded-For': '198.51.100.1' })
  const frozenMs = performance.now() - startedAt
  proxy.thaw()

  expect(frozen.status).toBe(200)
  expect(frozenMs).toBeLessThan(500)
}, 30_000)
