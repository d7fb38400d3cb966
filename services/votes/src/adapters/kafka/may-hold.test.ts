import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { mayHoldUnfolded } from './may-hold.js'

/** A log of ten records, of which so many are folded at a time, told by brokers that take so long for each answer. */
const ask = ({
  folded = (_ms: number): number => 10,
  upSinceMs = -60_000,
  answers = true,
  answersAfterMs = [0],
} = {}) => {
  const clock = fakeClock()
  const startedMs = clock.monotonicMs()
  let asked = 0
  const watch = {
    get upForMs() {
      return clock.monotonicMs() - startedMs - upSinceMs
    },
    ends: async () => {
      const afterMs = answersAfterMs[asked] ?? 0
      asked += 1
      if (afterMs > 0) await clock.sleep(afterMs)
      if (!answers) throw new Error('away')
      return [{ partition: 0, low: 0, high: 9 + asked }]
    },
  }
  const store = {
    readBookmarks: () => Promise.resolve(new Map([[0, folded(clock.monotonicMs() - startedMs)]])),
  }
  const outcome = mayHoldUnfolded({ watch, store, clock }).catch((error: unknown) => error)
  return { clock, outcome, asked: () => asked }
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

test('cannot say while the brokers do not answer', async () => {
  const { outcome } = ask({ answers: false })

  expect(await outcome).toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 })
})

test('waits for brokers that have come back just now, and takes only what they say then', async () => {
  const { clock, outcome, asked } = ask({ upSinceMs: -500, folded: (ms) => (ms < 1_600 ? 10 : 11) })
  await clock.advance(1_499)
  expect(asked()).toBe(1)
  await clock.advance(126)

  expect(await outcome).toBe(false)
  expect(asked()).toBe(2)
})

test('asks again when the brokers took so long that they may have stood still', async () => {
  const { clock, outcome, asked } = ask({ answersAfterMs: [701], folded: () => 11 })
  await clock.advance(701)
  await clock.advance(1_000)

  expect(await outcome).toBe(false)
  expect(asked()).toBe(2)
})

test('cannot say when they take so long again and again', async () => {
  const { clock, outcome } = ask({ answersAfterMs: [701, 701] })
  for (const ms of [701, 1_000, 701]) await clock.advance(ms)

  expect(await outcome).toMatchObject({ reason: 'UNAVAILABLE' })
})

test('ends before whoever asks has gone', async () => {
  const { clock, outcome } = ask({ upSinceMs: -100, folded: () => 9 })
  await clock.advance(1_900)
  for (let ms = 0; ms <= 525; ms += 25) await clock.advance(25)

  expect(await outcome).toBe(true)
})
