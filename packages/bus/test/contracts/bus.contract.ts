import { describe, expect, jest, test } from '@jest/globals'
import { eventually, fakeClock } from '@votestream/testing'
import type { Progress, ResultsState } from '../../src/index.js'
import type { BusWorld } from '../bus-world.js'
import { openPostgresWorld } from '../postgres-world.js'
import { openRedisWorld } from '../redis-world.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

/** Every adapter of the port, each over its real engine. */
const adapters: [name: string, openWorld: () => Promise<BusWorld>][] = [
  ['Postgres', openPostgresWorld],
  ['Redis', openRedisWorld],
]

const aState = (pollId: number, version: number, counts: readonly number[] = [version]): ResultsState => ({
  pollId,
  version,
  counts,
  status: 'open',
  asOfUs: 1_795_428_000_000_000 + version,
})

const aProgress = (from: number, next: number): Progress => ({
  logId: 'log',
  partition: 0,
  from,
  next,
  rejected: [],
  versions: [],
})

describe.each(adapters)('Bus (%s)', (_name, openWorld) => {
  describe('results', () => {
    test('reach whoever watches the poll, exactly as they were published', async () => {
      await using world = await openWorld()
      const { bus: publisher } = await world.open()
      const { bus: reader } = await world.open({ listen: ['results'] })
      const heard: ResultsState[] = []
      reader.watchResults(7, (state) => heard.push(state))

      publisher.publishResults([{ ...aState(7, 2 ** 41 + 1, [3, 0, 9]), status: 'closing' }, aState(8, 1)])

      await eventually(() =>
        expect(heard).toEqual([{ ...aState(7, 2 ** 41 + 1, [3, 0, 9]), status: 'closing' }]),
      )
    })

    test('are heard by their own publisher too', async () => {
      await using world = await openWorld()
      const { bus } = await world.open({ listen: ['results'] })
      const heard: number[] = []
      bus.watchResults(1, ({ version }) => heard.push(version))

      bus.publishResults([aState(1, 4)])

      await eventually(() => expect(heard).toEqual([4]))
    })

    test('of one poll that wait together are sent once: the newest', async () => {
      await using world = await openWorld()
      const { bus } = await world.open({ listen: ['results'] })
      const heard: number[] = []
      bus.watchResults(1, ({ version }) => heard.push(version))

      bus.publishResults([aState(1, 2), aState(1, 3)])
      bus.publishResults([aState(1, 1)])
      await bus.flush()
      bus.publishResults([aState(1, 9)])

      await eventually(() => expect(heard).toEqual([3, 9]))
    })

    test('of a hot poll come at most 20 times a second, and the last one always comes', async () => {
      await using world = await openWorld()
      const { bus: publisher } = await world.open()
      const { bus: reader } = await world.open({ listen: ['results'] })
      const heard: number[] = []
      reader.watchResults(1, ({ version }) => heard.push(version))

      const begunAtMs = performance.now()
      for (let version = 1; version <= 500; version += 1) {
        publisher.publishResults([aState(1, version)])
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      await eventually(() => expect(heard.at(-1)).toBe(500))

      expect(heard).toEqual([...heard].sort((a, b) => a - b))
      expect(heard.length).toBeLessThanOrEqual(2 + (performance.now() - begunAtMs) / 50)
    })

    test('of many polls travel together, and what fits no single message is split', async () => {
      await using world = await openWorld()
      const { bus: publisher } = await world.open()
      const { bus: reader } = await world.open({ listen: ['results'] })
      const huge = Array.from({ length: 20 }, () => Number.MAX_SAFE_INTEGER)
      const pollIds = Array.from({ length: 400 }, (_, index) => Number.MAX_SAFE_INTEGER - index)
      const heard = new Map<number, ResultsState>()
      for (const pollId of pollIds) reader.watchResults(pollId, (state) => heard.set(pollId, state))

      publisher.publishResults(pollIds.map((pollId) => aState(pollId, 1, huge)))

      await eventually(() => expect(heard.size).toBe(400))
      expect(heard.get(Number.MAX_SAFE_INTEGER)?.counts).toEqual(huge)
    })
  })

  test('progress comes in order and complete', async () => {
    await using world = await openWorld()
    const { bus: publisher } = await world.open()
    const { bus: reader } = await world.open({ listen: ['progress'] })
    const heard: number[] = []
    reader.onProgress(({ from }) => heard.push(from))
    const froms = Array.from({ length: 300 }, (_, index) => index)

    for (const from of froms) publisher.publishProgress(aProgress(from, from + 1))

    await eventually(() => expect(heard).toEqual(froms))
  })

  test('a progress with thousands of rejections comes in pieces that meet and lose no rejection', async () => {
    await using world = await openWorld()
    const { bus: publisher } = await world.open()
    const { bus: reader } = await world.open({ listen: ['progress'] })
    const heard: Progress[] = []
    reader.onProgress((progress) => heard.push(progress))
    const rejected = Array.from({ length: 5_000 }, (_, offset) => ({
      offset,
      reason: 'IDEMPOTENCY_KEY_REUSED',
    }))

    publisher.publishProgress({ ...aProgress(0, 6_000), rejected })

    await eventually(() => expect(heard.at(-1)?.next).toBe(6_000))
    expect(heard.flatMap((progress) => progress.rejected)).toEqual(rejected)
    expect(heard.map(({ from }) => from)).toEqual([0, ...heard.map(({ next }) => next).slice(0, -1)])
  })

  test('changes of polls reach every listener until it stops', async () => {
    await using world = await openWorld()
    const { bus: publisher } = await world.open()
    const { bus: reader } = await world.open({ listen: ['polls_changed'] })
    const [first, second]: [number[], number[]] = [[], []]
    const stop = reader.onPollsChanged((pollIds) => first.push(...pollIds))
    reader.onPollsChanged((pollIds) => second.push(...pollIds))

    publisher.publishPollsChanged([1, 2])
    await eventually(() => expect(second).toEqual([1, 2]))
    stop()
    publisher.publishPollsChanged([3])
    await eventually(() => expect(second).toEqual([1, 2, 3]))

    expect(first).toEqual([1, 2])
  })

  describe('connections', () => {
    test('are summed over the replicas, the newest number of each', async () => {
      await using world = await openWorld()
      const { bus: one } = await world.open()
      const { bus: two } = await world.open()
      const { bus: reader } = await world.open({ listen: ['connections'] })

      one.publishConnections('one', 5)
      two.publishConnections('two', 2)
      await eventually(() => expect(reader.totalConnections()).toBe(7))
      one.publishConnections('one', 0)

      await eventually(() => expect(reader.totalConnections()).toBe(2))
    })

    test('of a replica that fell silent count for 10 s', async () => {
      await using world = await openWorld()
      const clock = fakeClock()
      const { bus: publisher } = await world.open()
      const { bus: reader } = await world.open({ listen: ['connections'], clock })
      publisher.publishConnections('one', 5)
      await eventually(() => expect(reader.totalConnections()).toBe(5))

      await clock.advance(9_999)
      expect(reader.totalConnections()).toBe(5)
      await clock.advance(1)
      expect(reader.totalConnections()).toBe(0)
    })
  })

  describe('a lost connection', () => {
    test('loses what is said meanwhile, and is said to be over by onReady', async () => {
      await using world = await openWorld()
      const { bus: publisher } = await world.open()
      const { bus: reader } = await world.open({ listen: ['results'] })
      const heard: number[] = []
      let readies = 0
      reader.watchResults(1, ({ version }) => heard.push(version))
      reader.onReady(() => (readies += 1))
      publisher.publishResults([aState(1, 1)])
      await eventually(() => expect(heard).toEqual([1]))

      await world.forbid()
      await world.cutListeners()
      await eventually(() => expect(reader.connected).toBe(false))
      publisher.publishResults([aState(1, 2)])
      await publisher.flush()
      expect(readies).toBe(0)
      await world.allow()
      await eventually(() => expect(readies).toBe(1))
      publisher.publishResults([aState(1, 3)])

      await eventually(() => expect(heard).toEqual([1, 3]))
      expect(reader.connected).toBe(true)
    })

    test('is made again within a second, as often as it is cut', async () => {
      await using world = await openWorld()
      const { bus } = await world.open({ listen: ['results'] })
      let readies = 0
      bus.onReady(() => (readies += 1))

      for (const cuts of [1, 2, 3, 4]) {
        await world.cutListeners()
        await eventually(() => expect(readies).toBe(cuts), { timeoutMs: 1_500 })
      }
    })

    test('of a publisher costs nobody a state: the newest is sent once that is possible', async () => {
      await using world = await openWorld()
      const { bus: publisher } = await world.open()
      const { bus: reader } = await world.open({ listen: ['results'] })
      const heard: number[] = []
      reader.watchResults(1, ({ version }) => heard.push(version))
      publisher.publishResults([aState(1, 1)])
      await eventually(() => expect(heard).toEqual([1]))

      await world.forbid()
      await world.cutPublishers()
      publisher.publishResults([aState(1, 3)])
      await publisher.flush()
      publisher.publishResults([aState(1, 2)])
      await world.allow()

      await eventually(() => expect(heard).toEqual([1, 3]))
    })
  })

  test('starts although its engine lets nobody in, and is ready when it does', async () => {
    await using world = await openWorld()
    await world.forbid()
    const opening = world.open({ listen: ['results'] })
    await new Promise((resolve) => setTimeout(resolve, 200))

    await world.allow()

    await expect(opening).resolves.toMatchObject({ bus: { connected: true } })
  })

  test('a malformed message is counted and ignored, and the next one is heard', async () => {
    await using world = await openWorld()
    const { bus, malformed } = await world.open({
      listen: ['results', 'progress', 'polls_changed', 'connections'],
    })
    const heard: unknown[] = []
    bus.watchResults(1, ({ version }) => heard.push(version))

    await world.inject('results', '')
    await world.inject('results', '[[1,"2"]]')
    await world.inject('progress', '{"a":')
    await world.inject('polls_changed', '[null]')
    await world.inject('connections', '"x"')
    bus.publishResults([aState(1, 2)])

    await eventually(() => expect(heard).toEqual([2]))
    expect(await malformed()).toBe(5)
  })

  test('publishing waits for nobody and throws nothing, also after the end', async () => {
    await using world = await openWorld()
    const { bus } = await world.open()
    await world.forbid()

    bus.publishResults([aState(1, 1)])
    await bus.stop?.()
    bus.publishResults([aState(1, 2)])

    await expect(bus.flush()).resolves.toBeUndefined()
  })

  test('what waits is sent before the end', async () => {
    await using world = await openWorld()
    const { bus: publisher } = await world.open()
    const { bus: reader } = await world.open({ listen: ['results', 'connections'] })
    const heard: number[] = []
    reader.watchResults(1, ({ version }) => heard.push(version))

    publisher.publishResults([aState(1, 1)])
    await publisher.flush()
    publisher.publishResults([aState(1, 2)])
    publisher.publishConnections('one', 3)
    await publisher.stop?.()

    await eventually(() => expect(heard).toEqual([1, 2]))
    await eventually(() => expect(reader.totalConnections()).toBe(3))
  })

  test('holds one connection to speak and one to hear, and none at the end', async () => {
    await using world = await openWorld()
    const { bus } = await world.open({ listen: ['results', 'progress', 'polls_changed', 'connections'] })
    bus.publishPollsChanged([1])
    bus.publishResults([aState(1, 1)])
    await bus.flush()

    expect(await world.connections()).toBe(2)
    await bus.stop?.()
    await eventually(async () => expect(await world.connections()).toBe(0))
  })

  test('is asked in vain for what it was not told to listen to', async () => {
    await using world = await openWorld()
    const { bus } = await world.open({ listen: ['results'] })

    expect(() => bus.onProgress(() => undefined)).toThrow('does not listen to progress')
    expect(bus.connected).toBe(true)
  })
})
