import { describe, expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { OpenStreams } from './open-streams.js'

const nothing = (): void => undefined
const limits = { maxStreams: 4, maxStreamsPerAddress: 2 }

describe('limits', () => {
  test('one address has its own, and gives back what it leaves', () => {
    const streams = new OpenStreams(limits)
    const [first] = [streams.admit('a'), streams.admit('a')]

    expect(() => streams.admit('a')).toThrow(
      expect.objectContaining({ code: 'unavailable', reason: 'TOO_MANY_STREAMS' }),
    )
    streams.admit('b')
    first.close()
    first.close()

    expect(() => streams.admit('a')).not.toThrow()
    expect(() => streams.admit('a')).toThrow('from this address')
  })

  test('all together have one, and are told when to come back', () => {
    const streams = new OpenStreams(limits)
    for (const address of ['a', 'b', 'c', 'd']) streams.admit(address)

    expect(() => streams.admit('e')).toThrow(
      expect.objectContaining({ reason: 'OVERLOADED', retryAfterMs: 5_000 }),
    )
  })
})

describe('counting', () => {
  test('only what is open counts, by kind', () => {
    const streams = new OpenStreams(limits)
    let changes = 0
    streams.onChange = () => (changes += 1)

    const first = streams.admit('a')
    expect(streams.count()).toBe(0)
    first.opened('websocket', nothing)
    streams.admit('b').opened('events', nothing)
    expect([streams.count(), streams.count('websocket'), streams.count('events')]).toEqual([2, 1, 1])
    first.close()

    expect([streams.count(), streams.count('websocket')]).toEqual([1, 0])
    expect(changes).toBe(3)
  })
})

describe('a drain', () => {
  test('tells every stream to come back, spread over its time, and lets nobody in', async () => {
    const clock = fakeClock()
    const streams = new OpenStreams(limits)
    const restartsAtMs: number[] = []
    for (const address of ['a', 'b', 'c', 'd'])
      streams.admit(address).opened('websocket', () => restartsAtMs.push(clock.monotonicMs()))

    const drained = streams.drain(1_000, clock)
    await clock.advance(1_000)
    await drained

    expect(restartsAtMs).toEqual([0, 250, 500, 750])
    expect(() => streams.admit('e')).toThrow(expect.objectContaining({ reason: 'RESTARTING' }))
  })

  test('tells a stream that opens meanwhile too', async () => {
    const streams = new OpenStreams(limits)
    const late = streams.admit('a')
    await streams.drain(0, fakeClock())
    let restarted = false

    late.opened('websocket', () => (restarted = true))

    expect(restarted).toBe(true)
  })
})
