import { describe, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { aState } from '../builders.js'
import { openRedisWorld, type RedisWorld } from '../redis-world.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

const channelsOf = async ({ admin, prefix }: RedisWorld): Promise<string[]> =>
  ((await admin.pubsub('CHANNELS', `${prefix}*`)) as string[]).map((name) => name.slice(prefix.length)).sort()

describe('a bus that listens to results', () => {
  test('is subscribed to the polls that are watched, and to no others', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open({ listen: ['results', 'polls_changed'] })
    expect(await channelsOf(world)).toEqual(['polls:changed'])

    const stops = [1, 2, 2, 3].map((pollId) => bus.watchResults(pollId, () => undefined))
    await eventually(async () =>
      expect(await channelsOf(world)).toEqual(['polls:changed', 'results:1', 'results:2', 'results:3']),
    )
    stops[0]?.()
    stops[1]?.()
    stops[3]?.()

    await eventually(async () => expect(await channelsOf(world)).toEqual(['polls:changed', 'results:2']))
  })

  test('tells whoever begins to watch what lies in Redis already', async () => {
    await using world = await openRedisWorld()
    const { bus: publisher } = await world.open()
    const { bus: reader } = await world.open({ listen: ['results'] })
    const heard: number[] = []
    publisher.publishResults([aState(1, 4)])
    await publisher.flush()

    const stop = reader.watchResults(1, ({ version }) => heard.push(version))
    await eventually(() => expect(heard).toEqual([4]))
    stop()
    reader.watchResults(1, ({ version }) => heard.push(-version))

    await eventually(() => expect(heard).toEqual([4, -4]))
  })

  test('misses nothing of polls that come to be watched in bursts while they change', async () => {
    await using world = await openRedisWorld()
    const { bus: publisher } = await world.open()
    const { bus: reader } = await world.open({ listen: ['results'] })
    const newest = new Map<number, number>()
    const stops: (() => void)[] = []
    const pollIds = Array.from({ length: 2_000 }, (_, index) => index)

    for (const version of [1, 2, 3, 4]) {
      publisher.publishResults(pollIds.map((pollId) => aState(pollId, version)))
      for (const stop of stops.splice(0)) stop()
      for (const pollId of pollIds)
        stops.push(reader.watchResults(pollId, (state) => newest.set(pollId, state.version)))
      await new Promise((resolve) => setTimeout(resolve, 3 * version))
    }

    await eventually(() =>
      expect([...newest.values()].filter((version) => version === 4)).toHaveLength(2_000),
    )
  })

  test('hears thousands of polls again after a reconnect, before it says that it is ready', async () => {
    await using world = await openRedisWorld()
    const { bus: publisher } = await world.open()
    const { bus: reader } = await world.open({ listen: ['results', 'progress'] })
    const heard = new Set<number>()
    const pollIds = Array.from({ length: 5_000 }, (_, index) => index)
    for (const pollId of pollIds) reader.watchResults(pollId, () => heard.add(pollId))
    await eventually(async () => expect(await channelsOf(world)).toHaveLength(5_001))
    const subscribedWhenReady: Promise<string[]>[] = []
    reader.onReady(() => subscribedWhenReady.push(channelsOf(world)))

    await world.cutListeners()
    await eventually(() => expect(subscribedWhenReady).toHaveLength(1))
    publisher.publishResults(pollIds.map((pollId) => aState(pollId, 1)))

    expect(await subscribedWhenReady[0]).toHaveLength(5_001)
    await eventually(() => expect(heard.size).toBe(5_000))
  })

  test('keeps up with what is watched and left while it is away', async () => {
    await using world = await openRedisWorld()
    const { bus: publisher } = await world.open()
    const { bus: reader } = await world.open({ listen: ['results'] })
    const heard: number[] = []
    const stop = reader.watchResults(1, ({ pollId }) => heard.push(pollId))
    await eventually(async () => expect(await channelsOf(world)).toEqual(['results:1']))

    await world.forbid()
    await world.cutListeners()
    await eventually(() => expect(reader.connected).toBe(false))
    stop()
    reader.watchResults(2, ({ pollId }) => heard.push(pollId))
    await world.allow()
    await eventually(() => expect(reader.connected).toBe(true))
    publisher.publishResults([aState(1, 1), aState(2, 1)])

    await eventually(() => expect(heard).toEqual([2]))
    expect(await channelsOf(world)).toEqual(['results:2'])
  })
})

describe('the streams of all replicas', () => {
  test('are known to a bus that has just begun to listen', async () => {
    await using world = await openRedisWorld()
    const { bus: one } = await world.open()
    one.publishConnections('one', 5)
    one.publishConnections('two', 2)
    await one.flush()

    const { bus: reader } = await world.open({ listen: ['connections'] })

    expect(reader.totalConnections()).toBe(7)
  })

  test('leave out a replica that fell silent ten seconds ago', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open()
    bus.publishConnections('one', 5)
    await bus.flush()
    const key = `${world.prefix}connections`
    const longAgo = String(Number((await world.admin.hget(key, 'one'))?.split('@')[1]) - 10_000)
    await world.admin.hset(key, { silent: `9@${longAgo}`, garbage: 'x' })

    const { bus: reader } = await world.open({ listen: ['connections'] })
    expect(reader.totalConnections()).toBe(5)
    bus.publishConnections('one', 6)
    await bus.flush()

    expect(await world.admin.hkeys(key)).toEqual(['one'])
    expect(await world.admin.pttl(key)).toBeLessThanOrEqual(10_000)
    expect(await world.admin.pttl(key)).toBeGreaterThan(5_000)
  })
})
