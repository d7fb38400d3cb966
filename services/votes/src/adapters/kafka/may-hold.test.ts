import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { mayHoldUnfolded } from './may-hold.js'

/** A log of ten records, of which so many are folded at a time. */
const ask = ({
  folded = (_ms: number): number => 10,
  upForMs = 60_000,
  answers = true,
  answersAfterMs = 0,
} = {}) => {
  const clock = fakeClock()
  const ends = [{ partition: 0, low: 0, high: 10 }]
  const watch = {
    upForMs,
    ends: async () => {
      if (answersAfterMs > 0) await clock.sleep(answersAfterMs)
      if (!answers) throw new Error('away')
      return ends
    },
  }
  const store = { readBookmarks: () => Promise.resolve(new Map([[0, folded(clock.monotonicMs())]])) }
  const outcome = mayHoldUnfolded({ watch, store, clock }).catch((error: unknown) => error)
  return { clock, outcome }
}

test('holds nothing when all is folded', async () => {
  const { outcome } = ask()

  expect(await outcome).toBe(false)
})

test('waits for the fold to come to the end as it was asked for', async () => {
  const { clock, outcome } = ask({ folded: (ms) => (ms < 900 ? 9 : 12) })
  await clock.advance(1_000)

  expect(await outcome).toBe(false)
})

test('may hold something when the fold does not come there in a second', async () => {
  const { clock, outcome } = ask({ folded: () => 9 })
  await clock.advance(1_100)

  expect(await outcome).toBe(true)
})

test.each([
  ['do not answer', { answers: false }],
  ['have come back just now', { upForMs: 1_999 }],
])('cannot say while the brokers %s', async (_name, options) => {
  const { outcome } = ask(options)

  expect(await outcome).toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 })
})

test('cannot say when the brokers took so long that they may have stood still', async () => {
  const { clock, outcome } = ask({ answersAfterMs: 701 })
  await clock.advance(701)

  expect(await outcome).toMatchObject({ reason: 'UNAVAILABLE' })
})
