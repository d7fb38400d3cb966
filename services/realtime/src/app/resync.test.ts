import { describe, expect, test } from '@jest/globals'
import { unavailable } from '@votestream/errors'
import { fakeClock, silentLogger } from '@votestream/testing'
import { aFeed, aMeter, aReader, aState, aViewer } from '../../test/fakes.js'
import { makeReadState } from './read-state.js'
import { Resync } from './resync.js'
import { Rooms } from './rooms.js'
import { makeWatchPoll } from './watch-poll.js'

const INTERVAL_MS = 4_000
const SLACK_MS = 750

const aWorld = () => {
  const clock = fakeClock()
  const [feed, reader, meter] = [aFeed(), aReader(), aMeter()]
  const readState = makeReadState({ reader, clock })
  const rooms = new Rooms({
    feed,
    readState,
    staleAfterMs: INTERVAL_MS + SLACK_MS,
    blockedMs: 25_000,
    clock,
    meter,
  })
  const resync = new Resync({
    rooms,
    reader,
    feed,
    intervalMs: INTERVAL_MS,
    clock,
    logger: silentLogger,
    meter,
  })
  const watchPoll = makeWatchPoll({
    definitions: { find: (pollId) => Promise.resolve({ pollId, options: ['A', 'B'] }) },
    rooms,
  })
  const join = async (pollId: number) => {
    const place = await watchPoll(pollId, { requestId: 'r', seenVersion: 0 })
    const viewer = aViewer()
    place.take(viewer)
    const shown = (): string[] =>
      viewer.frames
        .map(({ json }) => JSON.parse(json.toString()) as { version: number; stale: boolean })
        .map(({ version, stale }) => (stale ? `${version} stale` : `${version}`))
    return { place, viewer, shown }
  }
  return { clock, feed, reader, meter, resync, join, rooms }
}

describe('a resync', () => {
  test('ends what a lost change has cost within its interval', async () => {
    const { clock, reader, join } = aWorld()
    const { shown } = await join(1)
    await clock.advance(1_000)

    reader.set(aState(1, 5)) // and nobody says it
    await clock.advance(INTERVAL_MS + 200)

    expect(shown()).toEqual(['0', '5'])
  })

  test('comes at once when changes are heard again', async () => {
    const { clock, reader, feed, join } = aWorld()
    const { shown } = await join(1)
    await clock.advance(1_000)

    reader.set(aState(1, 5))
    feed.ready()
    await clock.advance(60)

    expect(shown()).toEqual(['0', '5'])
  })

  test('comes once a second while no changes are heard', async () => {
    const { clock, reader, feed, join } = aWorld()
    await join(1)
    feed.connected = false
    await clock.advance(1_000)

    const before = reader.asked.length
    await clock.advance(10_000)

    expect(reader.asked.length - before).toBeGreaterThanOrEqual(9)
    expect(reader.asked.length - before).toBeLessThanOrEqual(10)
  })

  test('reads many rooms together, at most 500 in one call', async () => {
    const { clock, reader, join } = aWorld()
    await Promise.all(Array.from({ length: 1_100 }, (_, index) => join(index + 1)))
    await clock.advance(200)

    reader.asked.length = 0
    await clock.advance(INTERVAL_MS)

    expect(reader.asked.map(({ length }) => length)).toEqual([500, 500, 100])
  })

  test('leaves alone the rooms that nobody watches, and is silent when there are none', async () => {
    const { clock, reader, join } = aWorld()
    const { place } = await join(1)
    place.leave()
    const before = reader.asked.length

    await clock.advance(60_000)

    expect(reader.asked.length).toBe(before)
  })
})

describe('staleness', () => {
  test('does not show while the owner answers', async () => {
    const { clock, join, meter } = aWorld()
    const { shown } = await join(1)

    await clock.advance(60_000)

    expect(shown()).toEqual(['0'])
    expect(meter.counts.resynced.length).toBeGreaterThanOrEqual(14)
    expect(meter.counts.resynced).not.toContain(false)
  })

  test('shows within 5 s of the moment from which nothing is confirmed, wherever in the interval that is', async () => {
    for (const ms of [0, 900, 1_900, 2_900, 3_900, 4_050]) {
      const { clock, reader, join } = aWorld()
      const { shown } = await join(1)
      await clock.advance(10_000 + ms)

      reader.failWith(unavailable('UNAVAILABLE', 'down'))
      await clock.advance(5_000)

      expect(shown()).toEqual(['0', '0 stale'])
    }
  })

  test('heals within about a second of the owner being back, and the truth is shown', async () => {
    for (const ms of [0, 900, 1_900, 2_900]) {
      const { clock, reader, join, meter } = aWorld()
      const { shown } = await join(1)
      reader.failWith(unavailable('UNAVAILABLE', 'down'))
      await clock.advance(20_000 + ms)

      reader.failWith(undefined)
      reader.set(aState(1, 2))
      await clock.advance(1_200)

      expect(shown()).toEqual(['0', '0 stale', '2'])
      expect(meter.counts.resynced.at(-1)).toBe(true)
      expect(meter.counts.resynced).toContain(false)
    }
  })

  test('does not show while changes are heard, and shows when they cease too', async () => {
    const { clock, reader, feed, join } = aWorld()
    const { shown } = await join(1)
    reader.failWith(unavailable('UNAVAILABLE', 'down'))

    for (let version = 1; version <= 10; version += 1) {
      feed.say(aState(1, version))
      await clock.advance(1_000)
    }
    expect(shown().filter((each) => each.endsWith('stale'))).toEqual([])
    await clock.advance(5_000)

    expect(shown().at(-1)).toBe('10 stale')
  })

  test('shows within 5 s when votes has copies only, and heals within about a second of its record being back', async () => {
    const { clock, reader, join, meter } = aWorld()
    const { shown } = await join(1)
    await clock.advance(10_000)

    reader.copiesOnly(true)
    await clock.advance(5_000)
    expect(shown()).toEqual(['0', '0 stale'])
    reader.set(aState(1, 2)) // newer in the copy, and not confirmed by that
    await clock.advance(1_200)
    expect(shown()).toEqual(['0', '0 stale', '2 stale'])
    expect(meter.counts.resynced.at(-1)).toBe(false)
    reader.copiesOnly(false)
    await clock.advance(1_200)

    expect(shown()).toEqual(['0', '0 stale', '2 stale', '2'])
  })

  test('does not show while changes are not heard and votes answers, once a second', async () => {
    const { clock, reader, feed, join } = aWorld()
    const { shown } = await join(1)
    feed.connected = false

    for (let version = 1; version <= 5; version += 1) {
      reader.set(aState(1, version))
      await clock.advance(1_200)
    }

    expect(shown()).toEqual(['0', '1', '2', '3', '4', '5'])
  })

  test('never shows an older version when replicas of votes answer with different ages', async () => {
    const { clock, reader, feed, join } = aWorld()
    const { shown } = await join(1)
    feed.connected = false

    for (const version of [4, 2, 5, 3, 5, 1]) {
      reader.set(aState(1, version))
      await clock.advance(1_050)
    }

    expect(shown()).toEqual(['0', '4', '5'])
  })

  test('is told no more once the service stops', async () => {
    const { clock, reader, join, resync } = aWorld()
    const { shown } = await join(1)
    reader.failWith(unavailable('UNAVAILABLE', 'down'))

    await resync.stop()
    await clock.advance(60_000)

    expect(shown()).toEqual(['0'])
  })
})
