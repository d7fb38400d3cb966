import { expect, test } from '@jest/globals'
import { unavailable } from '@votestream/errors'
import { fakeClock, silentLogger } from '@votestream/testing'
import type { Results } from '../domain/results.js'
import { makeRepublish } from './republish.js'

const LONG_ENOUGH_MS = 10_000

/** A store with polls 1 to `polls`, which counts how many pages are read at once. */
const aWorld = (polls: number) => {
  const clock = fakeClock()
  const published: number[] = []
  const pages: number[] = []
  const state = { isBroken: false, reading: 0, mostReading: 0 }
  const store = {
    readResultsAfter: async (after: number, limit: number): Promise<readonly Results[]> => {
      state.mostReading = Math.max(state.mostReading, ++state.reading)
      await clock.sleep(1)
      state.reading--
      if (state.isBroken) throw unavailable('DATABASE_UNAVAILABLE', 'down')
      const count = Math.min(limit, polls - after)
      pages.push(count)
      return Array.from({ length: count }, (_, index) => ({
        ...{ pollId: after + index + 1, version: 1, counts: [1], status: 'open', asOfUs: 1 },
      }))
    },
  }
  const readResults = async (pollIds: readonly number[]): Promise<readonly Results[]> => {
    await clock.sleep(1)
    if (state.isBroken) throw unavailable('DATABASE_UNAVAILABLE', 'down')
    pages.push(pollIds.length)
    return pollIds.map((pollId) => ({ pollId, version: 2, counts: [2], status: 'open', asOfUs: 2 }))
  }
  const publisher = {
    publishResults: (results: readonly Results[]) => published.push(...results.map(({ pollId }) => pollId)),
  }
  const republish = makeRepublish({
    store: { ...store, readResults },
    publisher,
    clock,
    logger: silentLogger,
  })
  return { clock, state, published, pages, republish }
}

test('publishes the results of every poll once, page by page', async () => {
  const { clock, published, pages, republish } = aWorld(1_200)

  republish.ask()
  await clock.advance(LONG_ENOUGH_MS)

  expect(published).toEqual(Array.from({ length: 1_200 }, (_, index) => index + 1))
  expect(pages).toEqual([500, 500, 200])
})

test('rests between two pages, so that votes are not held up', async () => {
  const { clock, pages, republish } = aWorld(1_200)

  republish.ask()
  await clock.advance(40)

  expect(pages).toEqual([500])
})

test('asked while it is under way, it starts once more when it is done, never two at once', async () => {
  const { clock, state, published, republish } = aWorld(1_200)
  republish.ask()
  await clock.advance(60)

  republish.ask()
  republish.ask()
  await clock.advance(LONG_ENOUGH_MS)

  expect(published).toHaveLength(2_400)
  expect(state.mostReading).toBe(1)
})

test('goes on where it was when the store is back', async () => {
  const { clock, state, published, republish } = aWorld(1_200)
  republish.ask()
  await clock.advance(40)
  state.isBroken = true
  await clock.advance(5_000)

  state.isBroken = false
  await clock.advance(LONG_ENOUGH_MS)

  expect(published).toEqual(Array.from({ length: 1_200 }, (_, index) => index + 1))
})

test('a stop interrupts it, and nothing is published after that', async () => {
  const { clock, published, republish } = aWorld(1_200)
  republish.ask()
  await clock.advance(40)

  await republish.stop()
  republish.ask()
  await clock.advance(LONG_ENOUGH_MS)

  expect(published).toHaveLength(500)
})

test('publishes some polls again, each once, also while all are under way', async () => {
  const { clock, published, pages, republish } = aWorld(501)
  republish.again([7, 8, 7])
  await clock.advance(LONG_ENOUGH_MS)
  expect([published, pages]).toEqual([[7, 8], [2]])

  republish.ask()
  await clock.advance(10)
  republish.again([9])
  await clock.advance(LONG_ENOUGH_MS)

  expect(pages).toEqual([2, 500, 1, 1])
  expect(published.at(-1)).toBe(9)
})

test('keeps polls that are to be published again until the store is back', async () => {
  const { clock, state, published, republish } = aWorld(0)
  state.isBroken = true
  republish.again([7])
  await clock.advance(5_000)
  expect(published).toEqual([])

  state.isBroken = false
  await clock.advance(LONG_ENOUGH_MS)

  expect(published).toEqual([7])
})

test('publishes many again page by page', async () => {
  const { clock, published, pages, republish } = aWorld(0)
  const polls = Array.from({ length: 1_001 }, (_, index) => index + 1)

  republish.again(polls)
  await clock.advance(LONG_ENOUGH_MS)

  expect([published, pages]).toEqual([polls, [500, 500, 1]])
})
