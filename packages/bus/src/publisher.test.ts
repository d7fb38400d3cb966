import { describe, expect, test } from '@jest/globals'
import { createRegistry } from '@votestream/runtime'
import { fakeClock, silentLogger } from '@votestream/testing'
import type { ResultsState } from './bus.js'
import { decodeMessage } from './codec.js'
import { busMetrics } from './metrics.js'
import { messagesOf, type Message } from './messages.js'
import { Publisher } from './publisher.js'

const aState = (pollId: number, version: number): ResultsState => ({
  pollId,
  version,
  counts: [version],
  status: 'open',
  asOfUs: version,
})

/** A publisher on a clock that stands still; `sendings` is what it sent, with the time. */
const aPublisher = () => {
  const clock = fakeClock()
  const sendings: { readonly atMs: number; readonly messages: readonly Message[] }[] = []
  const timers = { set: 0, fired: 0 }
  const wire = { send: (): Promise<void> => Promise.resolve() }
  const metrics = busMetrics(createRegistry('test'))
  const publisher = new Publisher<Message>({
    send: async (messages) => {
      await wire.send()
      sendings.push({ atMs: clock.monotonicMs(), messages })
    },
    messagesOf: (load) => messagesOf(load, 1_000, metrics),
    restMs: (messageCount) => messageCount * 5,
    clock: {
      ...clock,
      setTimeout: (run, ms) => {
        timers.set += 1
        return clock.setTimeout(() => {
          timers.fired += 1
          run()
        }, ms)
      },
    },
    logger: silentLogger,
    metrics,
  })
  const states = (): ResultsState[] =>
    sendings.flatMap(({ messages }) =>
      messages.flatMap(({ topic, payload }) =>
        topic === 'results' ? (decodeMessage('results', payload) ?? []) : [],
      ),
    )
  const versionsOf = (pollId: number): number[] =>
    states()
      .filter((state) => state.pollId === pollId)
      .map(({ version }) => version)
  return { clock, timers, sendings, wire, publisher, versionsOf, metrics }
}

describe('a publisher', () => {
  test('sends what comes alone at once', async () => {
    const { publisher, clock, versionsOf } = aPublisher()

    publisher.add('results', [aState(1, 1)])
    await clock.advance(0)

    expect(versionsOf(1)).toEqual([1])
  })

  test('sends what one tick adds together', async () => {
    const { publisher, clock, sendings } = aPublisher()

    publisher.add('results', [aState(1, 1)])
    publisher.add('results', [aState(2, 1)])
    publisher.add('connections', [{ replica: 'a', count: 1 }])
    await clock.advance(0)

    expect(sendings).toHaveLength(1)
    expect(sendings[0]?.messages.map(({ topic }) => topic)).toEqual(['results', 'connections'])
  })

  test('keeps only the newest state of a poll, in whatever order they come', async () => {
    const { publisher, clock, versionsOf } = aPublisher()

    publisher.add('results', [aState(1, 2), aState(1, 3), aState(1, 1)])
    await clock.advance(1_000)

    expect(versionsOf(1)).toEqual([3])
  })

  test('sends a hot poll 20 times a second and never leaves out its last state', async () => {
    const { publisher, clock, versionsOf } = aPublisher()

    for (let version = 1; version <= 1_000; version += 1) {
      publisher.add('results', [aState(1, version)])
      await clock.advance(1)
    }
    await clock.advance(50)

    expect(versionsOf(1).length).toBeLessThanOrEqual(21)
    expect(versionsOf(1).length).toBeGreaterThanOrEqual(19)
    expect(versionsOf(1).at(-1)).toBe(1_000)
  })

  test('does not let a hot poll delay a cool one by more than the spacing of messages', async () => {
    const { publisher, clock, sendings } = aPublisher()

    publisher.add('results', [aState(1, 1)])
    await clock.advance(1)
    publisher.add('results', [aState(1, 2), aState(2, 1)])
    await clock.advance(100)

    expect(sendings.map(({ atMs }) => atMs)).toEqual([0, 5, 50])
  })

  test('stays within its budget of 200 messages a second however many polls change', async () => {
    const { publisher, clock, sendings } = aPublisher()

    for (let tick = 1; tick <= 100; tick += 1) {
      publisher.add(
        'results',
        Array.from({ length: 300 }, (_, index) => aState(index + 1, tick)),
      )
      await clock.advance(10)
    }

    expect(sendings.flatMap(({ messages }) => messages).length).toBeLessThanOrEqual(220)
  })

  test('has one departure under way at a time', async () => {
    const { publisher, clock, wire, versionsOf } = aPublisher()
    let arrive = (): void => undefined
    wire.send = () => new Promise((resolve) => (arrive = resolve))

    publisher.add('results', [aState(1, 1)])
    await clock.advance(1_000)
    publisher.add('results', [aState(1, 2)])
    publisher.add('results', [aState(1, 3)])
    await clock.advance(1_000)
    wire.send = () => Promise.resolve()
    arrive()
    await clock.advance(1_000)

    expect(versionsOf(1)).toEqual([1, 3])
  })

  test('keeps what could not be sent, newest only, and sends it when that is possible again', async () => {
    const { publisher, clock, wire, versionsOf } = aPublisher()
    wire.send = () => Promise.reject(new Error('down'))

    publisher.add('results', [aState(1, 5)])
    await clock.advance(10)
    publisher.add('results', [aState(1, 4), aState(2, 1)])
    await clock.advance(10_000)
    wire.send = () => Promise.resolve()
    await clock.advance(1_000)

    expect(versionsOf(1)).toEqual([5])
    expect(versionsOf(2)).toEqual([1])
  })

  test('puts what could not be sent in front of what came later', async () => {
    const { publisher, clock, wire, sendings } = aPublisher()
    const progress = { logId: 'log', partition: 0, rejected: [], versions: [] }
    wire.send = () => Promise.reject(new Error('down'))

    publisher.add('progress', [{ ...progress, from: 0, next: 1 }])
    await clock.advance(10)
    publisher.add('progress', [{ ...progress, from: 1, next: 2 }])
    wire.send = () => Promise.resolve()
    await clock.advance(1_000)

    const froms = sendings.flatMap(({ messages }) =>
      messages.flatMap(({ payload }) => decodeMessage('progress', payload)?.map(({ from }) => from)),
    )
    expect(froms).toEqual([0, 1])
  })

  test('tries again within a second however long it failed', async () => {
    const { publisher, clock, wire } = aPublisher()
    const attemptsAtMs: number[] = []
    wire.send = () => {
      attemptsAtMs.push(clock.monotonicMs())
      return Promise.reject(new Error('down'))
    }

    publisher.add('results', [aState(1, 1)])
    await clock.advance(20_000)

    const pauses = attemptsAtMs.slice(1).map((atMs, index) => atMs - (attemptsAtMs[index] ?? 0))
    expect(Math.max(...pauses)).toBe(1_000)
    expect(pauses[0]).toBe(50)
  })

  test('drops and counts the oldest when too much waits', async () => {
    const { publisher, clock, wire, metrics, versionsOf } = aPublisher()
    wire.send = () => Promise.reject(new Error('down'))

    for (let pollId = 1; pollId <= 10_003; pollId += 1) publisher.add('results', [aState(pollId, 1)])
    await clock.advance(0)
    wire.send = () => Promise.resolve()
    await clock.advance(2_000)

    expect(versionsOf(3)).toEqual([])
    expect(versionsOf(4)).toEqual([1])
    expect(await metrics.dropped.get()).toMatchObject({
      values: [{ labels: { topic: 'results', cause: 'full' }, value: 3 }],
    })
  })

  test('counts and leaves out what fits no message', async () => {
    const { publisher, clock, metrics, versionsOf } = aPublisher()

    publisher.add('results', [
      { ...aState(1, 1), counts: Array.from({ length: 999 }, () => 1) },
      aState(2, 1),
    ])
    await clock.advance(0)

    expect(versionsOf(2)).toEqual([1])
    expect(await metrics.dropped.get()).toMatchObject({
      values: [{ labels: { cause: 'oversized' }, value: 1 }],
    })
  })

  test('flushes without heed of the pace', async () => {
    const { publisher, versionsOf } = aPublisher()

    publisher.add('results', [aState(1, 1)])
    await publisher.flush()
    publisher.add('results', [aState(1, 2)])
    await publisher.flush()

    expect(versionsOf(1)).toEqual([1, 2])
  })

  test('gives a flush up when nothing can be sent', async () => {
    const { publisher, wire } = aPublisher()
    wire.send = () => Promise.reject(new Error('down'))

    publisher.add('results', [aState(1, 1)])

    await expect(publisher.flush()).resolves.toBeUndefined()
  })

  test('sends what waits when it stops, and nothing afterwards', async () => {
    const { publisher, clock, versionsOf } = aPublisher()
    publisher.add('results', [aState(1, 1)])
    await clock.advance(1)

    publisher.add('results', [aState(1, 2)])
    await publisher.stop()
    publisher.add('results', [aState(1, 3)])
    await clock.advance(1_000)

    expect(versionsOf(1)).toEqual([1, 2])
  })

  test('has no timer when nothing waits', async () => {
    const { publisher, clock, timers } = aPublisher()

    publisher.add('results', [aState(1, 1)])
    await clock.advance(1)
    publisher.add('results', [aState(1, 2)])
    await clock.advance(1_000)

    expect(timers).toEqual({ set: 1, fired: 1 })
  })
})
