import { describe, expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { aMeter } from '../../test/fakes.js'
import { Broadcast } from './broadcast.js'
import type { Seat } from './seat.js'

/** A clock that each update moves by `updateMs`, as real work does. */
const aBroadcast = (updateMs = 0) => {
  const clock = fakeClock()
  const meter = aMeter()
  let busyMs = 0
  const working = { ...clock, monotonicMs: () => clock.monotonicMs() + busyMs }
  const broadcast = new Broadcast({ clock: working, meter })
  const updatesAtMs: number[] = []
  const anAudience = (seats: number) => ({
    seats: new Set(
      Array.from({ length: seats }, () => ({
        update: () => {
          updatesAtMs.push(working.monotonicMs())
          busyMs += updateMs
        },
      })),
    ) as unknown as Set<Seat>,
  })
  return { clock, meter, broadcast, updatesAtMs, anAudience }
}

describe('a broadcast', () => {
  test('shows a change that comes alone at once', async () => {
    const { clock, broadcast, updatesAtMs, anAudience } = aBroadcast()

    broadcast.announce(anAudience(2))
    await clock.advance(0)

    expect(updatesAtMs).toEqual([0, 0])
  })

  test('gathers what changes within 50 ms, and never leaves out the last', async () => {
    const { clock, broadcast, updatesAtMs, anAudience } = aBroadcast()
    const audience = anAudience(1)

    for (let ms = 0; ms < 1_000; ms += 1) {
      broadcast.announce(audience)
      await clock.advance(1)
    }
    await clock.advance(100)

    expect(updatesAtMs.length).toBeLessThanOrEqual(21)
    expect(updatesAtMs.at(-1)).toBeGreaterThanOrEqual(1_000)
  })

  test('has no timer when nothing changes', async () => {
    const { clock, broadcast, updatesAtMs, anAudience } = aBroadcast()

    broadcast.announce(anAudience(1))
    await clock.advance(10_000)

    expect(updatesAtMs).toEqual([0])
  })

  test('cuts long work into slices, and rests as long as each one took', async () => {
    const { clock, broadcast, updatesAtMs, anAudience } = aBroadcast(1)

    broadcast.announce(anAudience(30))
    await clock.advance(1_000)

    expect(updatesAtMs.slice(0, 11)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20])
    expect(updatesAtMs).toHaveLength(30)
    expect(updatesAtMs.at(-1)).toBe(49)
  })

  test('shows what changes meanwhile once it is through and has rested', async () => {
    const { clock, broadcast, updatesAtMs, anAudience } = aBroadcast(1)

    broadcast.announce(anAudience(30))
    await clock.advance(5)
    broadcast.announce(anAudience(1))
    await clock.advance(1_000)

    expect(updatesAtMs).toHaveLength(31)
    expect(updatesAtMs).toEqual([...updatesAtMs].sort((a, b) => a - b))
    expect(updatesAtMs.at(-1)).toBeGreaterThanOrEqual((updatesAtMs.at(-2) ?? 0) + 10)
  })

  test('counts the time that it spends, without its rests', async () => {
    const { clock, broadcast, meter, anAudience } = aBroadcast(1)

    broadcast.announce(anAudience(25))
    await clock.advance(1_000)

    expect(meter.counts.fannedOutMs).toBe(25)
  })

  test('shows nothing any more once it is stopped', async () => {
    const { clock, broadcast, updatesAtMs, anAudience } = aBroadcast()
    broadcast.announce(anAudience(1))

    broadcast.stop()
    broadcast.announce(anAudience(1))
    await clock.advance(1_000)

    expect(updatesAtMs).toEqual([])
  })
})
