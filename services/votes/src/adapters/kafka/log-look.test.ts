import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { LogLook } from './log-look.js'

const aLook = () => {
  const clock = fakeClock()
  const store = { bookmark: 5, fails: false }
  const readBookmarks = () =>
    store.fails ? Promise.reject(new Error('away')) : Promise.resolve(new Map([[0, store.bookmark]]))
  const look = new LogLook({ topic: 't', clock, readBookmarks })
  const ends = (high: number) => [{ partition: 0, low: 0, high }]
  return { look, clock, store, ends }
}

test('knows how far each partition is behind', async () => {
  const { look, ends } = aLook()

  expect(await look.at(ends(8), 0)).toBe(true)

  expect(look.lag).toEqual(new Map([[0, 3]]))
})

test('ends that were asked for before the bookmarks were read may lie before them', async () => {
  const { look, clock, store, ends } = aLook()
  await clock.advance(100)
  store.bookmark = 9
  await look.at(ends(9), 100)

  await expect(look.at(ends(8), 99)).resolves.toBe(true)
})

test('ends that were asked for after the bookmarks were read and lie before them are a loss', async () => {
  const { look, clock, store, ends } = aLook()
  await clock.advance(100)
  await look.at(ends(5), 100)
  store.fails = true

  await expect(look.at(ends(4), 101)).rejects.toMatchObject({ reason: 'FOREIGN_LOG' })
})

test('while the store does not answer nothing is folded, and what is added waits', async () => {
  const { look, clock, store, ends } = aLook()
  await look.at(ends(5), 0)
  await clock.advance(100)
  store.fails = true

  expect(await look.at(ends(20), 100)).toBe(false)
  await clock.advance(2_000)

  expect(look.lag).toEqual(new Map([[0, 15]]))
  expect(look.waitingMs).toEqual(new Map([[0, 2_000]]))
})

test('before the store has ever answered nothing is known', async () => {
  const { look, store, ends } = aLook()
  store.fails = true

  await look.at(ends(20), 1)

  expect([look.lag, look.waitingMs]).toEqual([new Map(), new Map()])
})
