import { describe, expect, jest, test } from '@jest/globals'
import { createRegistry } from '@votestream/runtime'
import { eventually, fakeClock, silentLogger } from '@votestream/testing'
import { redisBus } from '../../src/index.js'
import { ANSWER_TIMEOUT_MS, HEARTBEAT_MS } from '../../src/keep-listening.js'
import { aState } from '../builders.js'
import { openRedisWorld } from '../redis-world.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

const timed = async <T>(run: () => Promise<T>): Promise<{ readonly answer: T; readonly ms: number }> => {
  const begunAtMs = performance.now()
  const answer = await run()
  return { answer, ms: performance.now() - begunAtMs }
}

describe('a Redis that accepts and never answers', () => {
  test('is noticed by the listener within 3 s, and heals once it answers', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open({ listen: ['results'] })
    let readies = 0
    bus.onReady(() => (readies += 1))

    world.tunnel.swallow(true)
    await eventually(() => expect(bus.connected).toBe(false), {
      timeoutMs: HEARTBEAT_MS + ANSWER_TIMEOUT_MS + 500,
    })
    await new Promise((resolve) => setTimeout(resolve, 1_500)) // new connections, too, get no answer
    expect([bus.connected, readies]).toEqual([false, 0])
    world.tunnel.swallow(false)

    // A second of back-off behind an attempt that is given up after two.
    await eventually(() => expect(bus.connected).toBe(true), { timeoutMs: 4_000 })
    expect(readies).toBe(1)
  })

  test('is asked by a heartbeat every second', async () => {
    await using world = await openRedisWorld()
    const clock = fakeClock()
    const { bus } = await world.open({ listen: ['results'], clock })

    world.tunnel.swallow(true)
    await clock.advance(HEARTBEAT_MS - 1)
    await new Promise((resolve) => setTimeout(resolve, 2_200))
    expect(bus.connected).toBe(true)
    await clock.advance(1)

    await eventually(() => expect(bus.connected).toBe(false), { timeoutMs: 2_500 })
  })

  test('answers no ping within a second, and the first one after it thaws', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open()
    expect([bus.reachable, await bus.ping()]).toEqual([true, true])

    world.tunnel.swallow(true)
    const { answer, ms } = await timed(() => bus.ping())
    expect(answer).toBe(false)
    expect(ms).toBeLessThan(1_000)
    expect(bus.reachable).toBe(false)
    world.tunnel.swallow(false)

    await eventually(async () => expect(await bus.ping()).toBe(true), { timeoutMs: 4_000 })
    expect(bus.reachable).toBe(true)
  })

  test('is not waited for by a ping behind other commands', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open()

    world.tunnel.swallow(true)
    const reading = Promise.allSettled([bus.readCopies([1]), bus.readCopies([2])])
    await new Promise((resolve) => setTimeout(resolve, 100))
    const { answer, ms } = await timed(() => bus.ping())

    expect([answer, ms < 1_000]).toEqual([false, true])
    expect((await reading).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  test('keeps nothing from arriving once it thaws', async () => {
    await using world = await openRedisWorld()
    const { bus: publisher } = await world.open()
    publisher.publishResults([aState(1, 1)])
    await publisher.flush()

    world.tunnel.swallow(true)
    publisher.publishResults([aState(1, 2)])
    await publisher.flush()
    publisher.publishResults([aState(1, 3)])
    world.tunnel.swallow(false)

    await eventually(async () => expect(await publisher.readCopies([1])).toEqual([aState(1, 3)]), {
      timeoutMs: 5_000,
    })
  })

  test('holds up nobody who stops', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open({ listen: ['results'] })
    bus.publishResults([aState(1, 1)])
    await bus.flush()

    world.tunnel.swallow(true)
    bus.publishResults([aState(1, 2)])
    const { ms } = await timed(async () => bus.stop?.())

    expect(ms).toBeLessThan(4_000)
  })
})

describe('a Redis that is away', () => {
  test('cannot be asked, says so at once, and can when it is back', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open()

    await world.forbid()
    await world.cutPublishers()
    await eventually(() => expect(bus.reachable).toBe(false))
    const { answer, ms } = await timed(() => bus.readCopies([1]).catch((error: unknown) => error))
    expect(answer).toMatchObject({ code: 'unavailable', reason: 'REDIS_UNAVAILABLE' })
    expect(ms).toBeLessThan(500)
    expect(await bus.ping()).toBe(false)
    await world.allow()

    await eventually(() => expect(bus.reachable).toBe(true), { timeoutMs: 1_500 })
    expect(await bus.readCopies([1])).toEqual([undefined])
  })

  test('holds up nobody who stops', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open({ listen: ['results'] })
    await world.forbid()
    await Promise.all([world.cutPublishers(), world.cutListeners()])
    await eventually(() => expect([bus.reachable, bus.connected]).toEqual([false, false]))

    const { ms } = await timed(async () => bus.stop?.())

    expect(ms).toBeLessThan(1_000)
  })

  test('kills its subscribers, who come back and say so', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open({ listen: ['results', 'progress', 'polls_changed', 'connections'] })
    let readies = 0
    bus.onReady(() => (readies += 1))
    const heard: number[] = []
    bus.watchResults(1, ({ version }) => heard.push(version))

    await world.cutListeners()
    await eventually(() => expect(readies).toBe(1), { timeoutMs: 1_500 })
    bus.publishResults([aState(1, 1)])

    await eventually(() => expect(heard).toEqual([1]))
  })
})

test('a password that is refused is logged nowhere', async () => {
  await using world = await openRedisWorld()
  const lines: string[] = []
  const note = (fields: unknown, message?: string): void => {
    const { err } = fields as { readonly err: Error }
    lines.push(JSON.stringify([Object.entries(err), err.message, message]))
  }
  const url = new URL(world.tunnel.url)
  Object.assign(url, { username: 'nobody', password: 'open-sesame' })
  const bus = redisBus({
    url: url.href,
    prefix: world.prefix,
    logger: Object.assign(Object.create(silentLogger) as typeof silentLogger, { warn: note }),
    registry: createRegistry('test'),
    listen: ['results'],
  })

  await bus.start?.()
  await eventually(() => expect(lines.length).toBeGreaterThanOrEqual(2))
  bus.publishResults([aState(1, 1)])
  await eventually(() => expect(lines.length).toBeGreaterThanOrEqual(3))

  expect(lines.join()).toContain('WRONGPASS')
  expect(lines.join()).not.toContain('open-sesame')
  await bus.stop?.()
})
