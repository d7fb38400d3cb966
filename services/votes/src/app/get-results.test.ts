import { expect, test } from '@jest/globals'
import { unavailable } from '@votestream/errors'
import { fakeClock } from '@votestream/testing'
import type { Results } from '../domain/results.js'
import { makeGetResults } from './get-results.js'
import { STORE_WITHIN_MS } from './read-store-or-copies.js'

const aResult = (pollId: number, version: number): Results => ({
  ...{ pollId, version, counts: [version], status: 'open', asOfUs: 1 },
})
const down = unavailable('DATABASE_UNAVAILABLE', 'down')

/** A store at version 2 and a live view that holds version 1 of poll 1 only. */
const aWorld = (o: { hasView?: boolean } = {}) => {
  const clock = fakeClock()
  const state = {
    isDown: false,
    queries: 0,
    read: (pollIds: readonly number[]): Promise<readonly Results[]> =>
      Promise.resolve(pollIds.map((pollId) => aResult(pollId, 2))),
    copies: (pollIds: readonly number[]): Promise<readonly (Results | undefined)[]> =>
      Promise.resolve(pollIds.map((pollId) => (pollId === 1 ? aResult(1, 1) : undefined))),
  }
  const store = {
    readResults: (pollIds: readonly number[]) => {
      state.queries++
      return state.read(pollIds)
    },
  }
  const getResults = makeGetResults({
    ...{ store, clock, storeIsDown: () => state.isDown },
    copies: o.hasView === false ? undefined : { read: (pollIds) => state.copies(pollIds) },
  })
  const get = (pollIds: readonly number[]) => getResults(pollIds, { deadlineAt: clock.now() + 2_700 })
  return { clock, state, get }
}

const staleOrUnknown = [
  { ...aResult(1, 1), stale: true },
  { pollId: 2, unknown: true },
]

test('answers from the store, in the order asked for, also twice for one poll', async () => {
  const { get } = aWorld()

  expect(await get([2, 1, 2])).toEqual([aResult(2, 2), aResult(1, 2), aResult(2, 2)])
})

test('serves the copies as stale when the store is unavailable; a poll without a copy is unknown, and fails no other', async () => {
  const { state, get } = aWorld()
  state.read = () => Promise.reject(down)

  expect(await get([1, 2])).toEqual(staleOrUnknown)
})

test('does not ask a store that is known to be down', async () => {
  const { state, get } = aWorld()
  state.isDown = true

  expect(await get([1, 2])).toEqual(staleOrUnknown)
  expect(state.queries).toBe(0)
})

test('serves the copies when the store takes longer than a second', async () => {
  const { state, get, clock } = aWorld()
  state.read = () => new Promise(() => undefined)
  let answer: unknown
  void get([1, 2]).then((results) => (answer = results))

  await clock.advance(STORE_WITHIN_MS - 1)
  const before = answer
  await clock.advance(1)

  expect(before).toBeUndefined()
  expect(answer).toEqual(staleOrUnknown)
})

test('lets only the first read wait that second, and goes back to the store when its query is answered', async () => {
  const { state, get, clock } = aWorld()
  const ready = state.read
  let answer: (results: Results[]) => void = () => undefined
  state.read = () => new Promise((resolve) => (answer = resolve))
  void get([1])
  await clock.advance(STORE_WITHIN_MS)
  state.read = ready

  const meanwhile = await get([1])
  answer([])
  await clock.advance(0)

  expect(meanwhile).toMatchObject([{ version: 1, stale: true }])
  expect(await get([1])).toEqual([aResult(1, 2)])
})

test('waits for a slow store when the copies cannot be read either', async () => {
  const { state, get, clock } = aWorld()
  let answer: (results: Results[]) => void = () => undefined
  state.read = () => new Promise((resolve) => (answer = resolve))
  state.copies = () => Promise.reject(new Error('no Redis'))
  const results = get([1])

  await clock.advance(STORE_WITHIN_MS + 100)
  answer([aResult(1, 2)])

  expect(await results).toEqual([aResult(1, 2)])
})

test('is unavailable when neither store nor copies can be read', async () => {
  const [asked, known] = [aWorld(), aWorld()]
  for (const { state } of [asked, known]) state.copies = () => Promise.reject(new Error('no Redis'))
  asked.state.read = () => Promise.reject(down)
  known.state.isDown = true

  await expect(asked.get([1])).rejects.toBe(down)
  await expect(known.get([1])).rejects.toMatchObject({ code: 'unavailable', reason: 'DATABASE_UNAVAILABLE' })
})

test('does not hide a bug behind the copies', async () => {
  const { state, get } = aWorld()
  state.read = () => Promise.reject(new Error('a bug'))

  await expect(get([1])).rejects.toThrow('a bug')
})

test('without a live view it waits for the store and fails with it', async () => {
  const { state, get } = aWorld({ hasView: false })
  state.read = () => Promise.reject(down)

  await expect(get([1])).rejects.toBe(down)
})
