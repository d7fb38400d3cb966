import { describe, expect, test } from '@jest/globals'
import { systemClock } from './clock.js'

describe('systemClock', () => {
  test('sleeps about as long as asked', async () => {
    const startedAt = systemClock.monotonicMs()

    await systemClock.sleep(30)

    expect(systemClock.monotonicMs() - startedAt).toBeGreaterThanOrEqual(29)
  })

  test("wakes with the signal's own reason as soon as it aborts", async () => {
    const stop = new AbortController()
    const sleeping = systemClock.sleep(60_000, stop.signal)

    stop.abort(new Error('no longer needed'))

    await expect(sleeping).rejects.toThrow('no longer needed')
  })

  test('does not fall asleep under a signal that has aborted', async () => {
    const signal = AbortSignal.abort(new Error('too late'))

    await expect(systemClock.sleep(60_000, signal)).rejects.toThrow('too late')
  })

  test('runs what is scheduled, unless it was cancelled', async () => {
    const ran: string[] = []
    systemClock.setTimeout(() => ran.push('kept'), 1)
    const cancelled = systemClock.setTimeout(() => ran.push('cancelled'), 1)

    cancelled.cancel()
    await systemClock.sleep(30)

    expect(ran).toEqual(['kept'])
  })

  test('keeps a timer that is longer than Node can count', async () => {
    const ran: string[] = []
    const timer = systemClock.setTimeout(() => ran.push('at once'), Number.MAX_SAFE_INTEGER)

    await systemClock.sleep(30)
    timer.cancel()

    expect(ran).toEqual([])
  })
})
