import { describe, expect, test } from '@jest/globals'
import { unavailable } from '@votestream/errors'
import { fakeClock } from '@votestream/testing'
import { aFeed, aMeter, aReader, aState, aViewer } from '../../test/fakes.js'
import { makeReadState } from './read-state.js'
import { LINGER_MS } from './open-room.js'
import { Rooms } from './rooms.js'
import { makeWatchPoll } from './watch-poll.js'

const POLL = 7
const client = { requestId: 'r', seenVersion: 0 }

const aWorld = () => {
  const clock = fakeClock()
  const [feed, reader, meter] = [aFeed(), aReader(), aMeter()]
  const readState = makeReadState({ reader, clock })
  const rooms = new Rooms({ feed, readState, staleAfterMs: 5_000, blockedMs: 25_000, clock, meter })
  const watchPoll = makeWatchPoll({
    definitions: {
      find: (pollId) => Promise.resolve(pollId < 100 ? { pollId, options: ['A', 'B'] } : undefined),
    },
    rooms,
  })
  const join = async (more = {}, pollId = POLL) => {
    const place = await watchPoll(pollId, { ...client, ...more })
    const viewer = aViewer()
    place.take(viewer)
    return { place, viewer }
  }
  return { clock, feed, reader, rooms, watchPoll, join }
}

describe('a joiner', () => {
  test('is shown the truth first, and then every change', async () => {
    const { clock, feed, reader, join } = aWorld()
    reader.set(aState(POLL, 3))

    const { viewer } = await join()
    feed.say(aState(POLL, 4))
    await clock.advance(10)

    expect(viewer.versions()).toEqual([3, 4])
  })

  test('misses nothing that changes between the read and the seat', async () => {
    const { feed, reader, watchPoll } = aWorld()
    reader.set(aState(POLL, 3))
    const joining = watchPoll(POLL, client)
    await Promise.resolve()
    feed.say(aState(POLL, 5))
    const place = await joining

    const viewer = aViewer()
    place.take(viewer)

    expect(viewer.versions()).toEqual([5])
  })

  test('of a poll that does not exist is told so, each time anew', async () => {
    const { join, rooms } = aWorld()

    await expect(join({}, 100)).rejects.toMatchObject({ code: 'not_found', reason: 'POLL_NOT_FOUND' })
    expect(rooms.size).toBe(0)
  })

  test('shares the read with those who join within 50 ms, in one room or in many', async () => {
    const { clock, reader, join } = aWorld()

    await Promise.all([join(), join(), join({}, 8)])
    await clock.advance(49)
    await join()
    expect(reader.asked).toEqual([[POLL, 8]])
    await clock.advance(1)
    await join()

    expect(reader.asked).toEqual([[POLL, 8], [POLL]])
  })

  test('who has seen a newer version than the shared read has a read of its own', async () => {
    const { reader, join } = aWorld()
    reader.set(aState(POLL, 3))
    await join()
    reader.set(aState(POLL, 4))

    const { viewer } = await join({ seenVersion: 4 })

    expect(viewer.versions()).toEqual([4])
  })

  test('who claims to have seen what never was is shown the truth all the same', async () => {
    const { reader, join } = aWorld()
    reader.set(aState(POLL, 3))

    const { viewer } = await join({ seenVersion: 999 })

    expect(viewer.versions()).toEqual([3])
  })

  test('is refused when nothing is known and nothing can be read', async () => {
    const { reader, join, rooms, clock } = aWorld()
    reader.failWith(unavailable('UNAVAILABLE', 'down'))

    await expect(join()).rejects.toMatchObject({ code: 'unavailable' })
    await clock.advance(LINGER_MS)

    expect(rooms.size).toBe(0)
  })

  test('is shown what is known, stale when it is, while nothing can be read', async () => {
    const { reader, join, clock } = aWorld()
    reader.set(aState(POLL, 3))
    await join()
    reader.failWith(unavailable('UNAVAILABLE', 'down'))

    await clock.advance(1_000)
    const early = await join()
    await clock.advance(5_000)
    const late = await join()

    expect(early.viewer.frames[0]?.json.toString()).toContain('"stale":false')
    expect(late.viewer.frames[0]?.json.toString()).toContain('"stale":true')
    expect(late.viewer.versions()).toEqual([3])
  })
})

describe('a room', () => {
  test('lingers after its last viewer, and is closed then', async () => {
    const { join, rooms, feed, clock } = aWorld()
    const { place } = await join()

    place.leave()
    place.leave()
    await clock.advance(LINGER_MS - 1)
    expect(feed.watchersOf(POLL)).toBe(1)
    await clock.advance(1)

    expect(rooms.size).toBe(0)
    expect(feed.watchersOf(POLL)).toBe(0)
  })

  test('stays while somebody is there, however often another says good-bye', async () => {
    const { join, rooms, clock } = aWorld()
    const [first] = [await join(), await join()]

    first.place.leave()
    first.place.leave()
    await clock.advance(LINGER_MS * 2)

    expect(rooms.size).toBe(1)
  })

  test('has no more to do with a viewer that has left', async () => {
    const { join, feed, clock } = aWorld()
    const { place, viewer } = await join()
    viewer.backlogBytes = 100 * 1024
    feed.say(aState(POLL, 4))
    await clock.advance(10)

    place.leave()
    await clock.advance(60_000)

    expect(viewer.ended).toBeUndefined()
  })

  test('stays for whoever comes back in time', async () => {
    const { join, rooms, clock } = aWorld()
    const first = await join()
    first.place.leave()
    await clock.advance(LINGER_MS - 1)

    const second = await join()
    await clock.advance(LINGER_MS * 2)
    expect(rooms.size).toBe(1)
    second.place.leave()
    await clock.advance(LINGER_MS)

    expect(rooms.size).toBe(0)
  })

  test('sends one and the same frame to all of its viewers', async () => {
    const { join, feed, clock } = aWorld()
    const joined = await Promise.all([join(), join(), join()])

    feed.say(aState(POLL, 4))
    await clock.advance(10)

    const frames = joined.map(({ viewer }) => viewer.frames.at(-1))
    expect(new Set(frames).size).toBe(1)
    expect(frames[0]?.version).toBe(4)
  })

  test('sends nothing to who has left', async () => {
    const { join, feed, clock } = aWorld()
    const { place, viewer } = await join()

    place.leave()
    feed.say(aState(POLL, 4))
    await clock.advance(10)

    expect(viewer.versions()).toEqual([0])
  })
})
