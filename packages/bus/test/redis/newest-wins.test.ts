import { describe, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import fc from 'fast-check'
import type { ResultsState } from '../../src/index.js'
import { aState } from '../builders.js'
import { openRedisWorld } from '../redis-world.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

const SEVEN_DAYS_S = 604_800

describe('the copy of a poll in Redis', () => {
  test('is the newest state, whatever the order in which concurrent writers published', async () => {
    await using world = await openRedisWorld()
    const writers = await Promise.all([world.open(), world.open(), world.open()])
    const versions = fc.sample(fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }), 20)

    for (const [pollId, order] of versions.entries()) {
      const flushes = order.map((version, index) => {
        const { bus } = writers[index % 3] as (typeof writers)[0]
        bus.publishResults([aState(pollId, version)])
        return bus.flush()
      })
      await Promise.all(flushes)
    }

    const copies = await writers[0].bus.readCopies([...versions.keys()])
    expect(copies).toEqual(versions.map((_order, pollId) => aState(pollId, 6)))
  })

  test('never goes back, and what is older is told to nobody', async () => {
    await using world = await openRedisWorld()
    const [{ bus: one }, { bus: two }, { bus: reader }] = await Promise.all([
      world.open(),
      world.open(),
      world.open({ listen: ['results'] }),
    ])
    const heard: number[] = []
    reader.watchResults(1, ({ version }) => heard.push(version))
    one.publishResults([aState(1, 2 ** 41 + 2)])
    await eventually(() => expect(heard).toEqual([2 ** 41 + 2]))

    two.publishResults([aState(1, 2 ** 41 + 1)])
    await two.flush()
    two.publishResults([aState(1, 2 ** 41 + 3)])

    await eventually(() => expect(heard).toEqual([2 ** 41 + 2, 2 ** 41 + 3]))
    expect(await one.readCopies([1])).toEqual([aState(1, 2 ** 41 + 3)])
  })

  test('of one version is the one that was read last', async () => {
    await using world = await openRedisWorld()
    const [{ bus: one }, { bus: two }] = await Promise.all([world.open(), world.open()])
    const readAt = (asOfUs: number) => ({ ...aState(1, 7), asOfUs })

    one.publishResults([readAt(1_795_428_000_000_009)])
    await one.flush()
    two.publishResults([readAt(1_795_428_000_000_008)])
    await two.flush()
    expect(await one.readCopies([1])).toEqual([readAt(1_795_428_000_000_009)])
    two.publishResults([readAt(1_795_428_000_000_010)])
    await two.flush()

    expect(await one.readCopies([1])).toEqual([readAt(1_795_428_000_000_010)])
  })

  test('is told again when it is published again, because its writer may not know that it was told', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open({ listen: ['results'] })
    const heard: number[] = []
    bus.watchResults(1, ({ version }) => heard.push(version))

    bus.publishResults([aState(1, 5)])
    await eventually(() => expect(heard).toEqual([5]))
    bus.publishResults([aState(1, 5)])

    await eventually(() => expect(heard).toEqual([5, 5]))
  })

  test('is reported where nothing newer could stand in its way, and not where there was a copy', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open()
    const reported: (readonly number[])[] = []
    bus.onUnopposed((pollIds) => reported.push(pollIds))
    const polls = Array.from({ length: 70 }, (_, index) => index + 1) // more than one call takes
    const publish = async (states: readonly ResultsState[]): Promise<void> => {
      bus.publishResults(states)
      await bus.flush()
    }

    await publish(polls.map((pollId) => aState(pollId, 5)))
    expect(reported).toEqual([polls])
    await publish(polls.map((pollId) => aState(pollId, 6)))
    await publish(polls.map((pollId) => aState(pollId, 4)))
    expect(reported).toHaveLength(1)
    await world.admin.del(`${world.prefix}results:66`)
    await publish([...polls.map((pollId) => aState(pollId, 7))])
    expect(reported.slice(1)).toEqual([[66]])
  })

  test('is reported when it is said twice to the letter, because the first reply may be lost', async () => {
    await using world = await openRedisWorld()
    const [{ bus: one }, { bus: two }] = await Promise.all([world.open(), world.open()])
    const reported: (readonly number[])[] = []
    two.onUnopposed((pollIds) => reported.push(pollIds))

    for (const bus of [one, two]) {
      bus.publishResults([aState(1, 5)])
      await bus.flush()
    }

    expect(reported).toEqual([[1]])
  })

  test('lives for seven days after each write', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open()
    const key = `${world.prefix}results:1`
    bus.publishResults([aState(1, 1)])
    await bus.flush()
    expect(await world.admin.ttl(key)).toBeGreaterThan(SEVEN_DAYS_S - 20)

    await world.admin.expire(key, 100)
    bus.publishResults([aState(1, 2)])
    await bus.flush()

    expect(await world.admin.ttl(key)).toBeGreaterThan(SEVEN_DAYS_S - 20)
  })

  test.each([
    '',
    'garbage',
    '{}',
    '[1,99]',
    '[1,99,"open",99,[1]',
    '[1,99,"ajar",99,[1]]',
    '[1,"99","open",99,[1]]',
    '[1,99.5,"open",99,[1]]',
    '[1,99,"open",99,[1,,]]',
    '[1,99999999999999999999,"open",99,[1]]',
    '[2,99,"open",99,[1]]',
  ])('that cannot be read (%s) is unknown, and is overwritten', async (garbage) => {
    await using world = await openRedisWorld()
    const { bus } = await world.open()
    await world.admin.set(`${world.prefix}results:1`, garbage)

    expect(await bus.readCopies([1])).toEqual([undefined])
    bus.publishResults([aState(1, 3)])
    await bus.flush()

    expect(await bus.readCopies([1])).toEqual([aState(1, 3)])
  })

  test('that is no string at all is unknown, and is overwritten', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open()
    await world.admin.rpush(`${world.prefix}results:1`, 'a', 'list')

    expect(await bus.readCopies([1])).toEqual([undefined])
    bus.publishResults([aState(1, 3)])
    await bus.flush()

    expect(await bus.readCopies([1])).toEqual([aState(1, 3)])
  })

  test('is found again by whoever asks, in the order of the question, with what is missing left open', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open()
    const pollIds = Array.from({ length: 300 }, (_, index) => index)
    bus.publishResults(pollIds.map((pollId) => aState(pollId, 1)))
    await bus.flush()

    expect(await bus.readCopies([])).toEqual([])
    expect(await bus.readCopies([299, 1_000, 0])).toEqual([aState(299, 1), undefined, aState(0, 1)])
    expect(await bus.readCopies(pollIds)).toEqual(pollIds.map((pollId) => aState(pollId, 1)))
  })

  test('is written after the server has forgotten the script', async () => {
    await using world = await openRedisWorld()
    const { bus } = await world.open()
    const publish = async (version: number): Promise<void> => {
      bus.publishResults(Array.from({ length: 200 }, (_, pollId) => aState(pollId, version)))
      bus.publishConnections('one', version)
      await bus.flush()
    }
    await publish(1)
    await publish(2)

    await world.admin.script('FLUSH')
    await publish(3)
    await publish(4)

    expect(await bus.readCopies([0, 199])).toEqual([aState(0, 4), aState(199, 4)])
    expect(await world.admin.hget(`${world.prefix}connections`, 'one')).toMatch(/^4@/)
  })

  test('belongs to one prefix', async () => {
    await using here = await openRedisWorld()
    await using there = await openRedisWorld()
    const [{ bus }, { bus: other }] = await Promise.all([
      here.open({ listen: ['results', 'progress', 'polls_changed', 'connections'] }),
      there.open({ listen: ['results', 'progress', 'polls_changed', 'connections'] }),
    ])
    const heard: unknown[] = []
    other.watchResults(1, (state) => heard.push(state))
    other.onProgress((progress) => heard.push(progress))
    other.onPollsChanged((pollIds) => heard.push(pollIds))

    bus.publishProgress({ logId: 'log', partition: 0, from: 0, next: 1, rejected: [], versions: [] })
    bus.publishPollsChanged([1])
    bus.publishConnections('one', 5)
    bus.publishResults([aState(1, 1)])
    await eventually(() => expect(bus.totalConnections()).toBe(5))
    other.publishPollsChanged([2])
    await eventually(() => expect(heard).toEqual([[2]]))

    expect(await other.readCopies([1])).toEqual([undefined])
    expect(other.totalConnections()).toBe(0)
  })
})
