import { describe, expect, test } from '@jest/globals'
import { fakeClock, type FakeClock } from '@votestream/testing'
import { getEventListeners } from 'node:events'
import { makeBatcher } from './batcher.js'
import type { Batch, Batcher, BatcherOptions } from './options.js'

/** One batch that was sent and is answered by the test. */
interface Sent {
  readonly items: readonly string[]
  readonly batch: Batch<string>
  settle(error?: Error): void
}

interface World {
  readonly batcher: Batcher<string, string>
  readonly clock: FakeClock
  readonly sent: Sent[]
}

const overloaded = new Error('overloaded')
const expired = new Error('expired')

const aWorld = (options: Partial<BatcherOptions<string, string>> = {}): World => {
  const clock = fakeClock()
  const sent: Sent[] = []
  const batcher = makeBatcher<string, string>({
    send: (items, batch) =>
      new Promise((resolve, reject) => {
        const settle = (error?: Error): void => {
          if (error === undefined) resolve()
          else reject(error)
        }
        sent.push({ items, batch, settle })
      }),
    maxInFlight: 1,
    maxBatch: 10,
    maxQueued: 10,
    spacingMs: 0,
    clock,
    overloaded: () => overloaded,
    expired: () => expired,
    ...options,
  })
  return { batcher, clock, sent }
}

const batches = ({ sent }: World): (readonly string[])[] => sent.map(({ items }) => items)

/** Lets promises settle without moving time. */
const turn = (world: World): Promise<void> => world.clock.advance(0)

/** Submits, and gives the result or the message of the error. */
const outcomeOf = (promise: Promise<string>): Promise<string> =>
  promise.catch((error: unknown) => (error as Error).message)

describe('when idle', () => {
  test('an item leaves at once, without any time passing', async () => {
    const world = aWorld({ spacingMs: 5 })

    void world.batcher.submit('a').catch(() => undefined)
    await Promise.resolve()

    expect(batches(world)).toEqual([['a']])
  })

  test('one caller after another never waits for the spacing', async () => {
    const world = aWorld({ spacingMs: 5 })

    void world.batcher.submit('a').catch(() => undefined)
    await turn(world)
    world.sent[0]?.settle()
    await turn(world)
    void world.batcher.submit('b').catch(() => undefined)
    await turn(world)

    expect(batches(world)).toEqual([['a'], ['b']])
  })

  test('items of one turn of the event loop leave together', async () => {
    const world = aWorld()

    void world.batcher.submit('a').catch(() => undefined)
    void world.batcher.submit('b')
    await turn(world)

    expect(batches(world)).toEqual([['a', 'b']])
  })

  test('an item leaves at once while fewer than maxInFlight batches fly', async () => {
    const world = aWorld({ maxInFlight: 2, spacingMs: 5 })

    void world.batcher.submit('a').catch(() => undefined)
    await turn(world)
    void world.batcher.submit('b')
    await turn(world)

    expect(batches(world)).toEqual([['a'], ['b']])
    expect(world.batcher.inFlight).toBe(2)
  })
})

describe('while every slot is taken', () => {
  test('items gather and leave together when a batch settles', async () => {
    const world = aWorld()

    void world.batcher.submit('a').catch(() => undefined)
    await turn(world)
    void world.batcher.submit('b')
    await turn(world)
    void world.batcher.submit('c')
    await turn(world)
    expect(world.batcher.queued).toBe(2)
    world.sent[0]?.settle()
    await turn(world)

    expect(batches(world)).toEqual([['a'], ['b', 'c']])
  })

  test('a freed slot lets the next batch leave before the first has settled', async () => {
    const world = aWorld()

    const first = world.batcher.submit('a')
    await turn(world)
    void world.batcher.submit('b')
    world.sent[0]?.batch.freeSlot()
    await turn(world)
    expect(batches(world)).toEqual([['a'], ['b']])
    world.sent[0]?.batch.resolve(0, 'late')

    expect(await first).toBe('late')
  })

  test('freeing a slot twice frees it once', async () => {
    const world = aWorld()

    void world.batcher.submit('a').catch(() => undefined)
    await turn(world)
    void world.batcher.submit('b')
    world.sent[0]?.batch.freeSlot()
    world.sent[0]?.batch.freeSlot()
    world.sent[0]?.settle()
    await turn(world)

    expect(world.batcher.inFlight).toBe(1)
  })

  test('a batch never carries more than maxBatch items', async () => {
    const world = aWorld({ maxBatch: 2, maxInFlight: 2 })

    for (const item of ['a', 'b', 'c', 'd', 'e']) void world.batcher.submit(item)
    await turn(world)

    expect(batches(world)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    expect(world.batcher.queued).toBe(1)
  })

  test('one item more than maxQueued is refused at once', async () => {
    const world = aWorld({ maxQueued: 1 })

    void world.batcher.submit('a').catch(() => undefined)
    await turn(world)
    void world.batcher.submit('b')

    await expect(world.batcher.submit('c')).rejects.toBe(overloaded)
    expect(world.batcher.queued).toBe(1)
  })
})

describe('results', () => {
  test('each item gets its own, in whatever order they come', async () => {
    const world = aWorld()

    const both = Promise.all([world.batcher.submit('a'), world.batcher.submit('b')])
    await turn(world)
    world.sent[0]?.batch.resolve(1, 'B')
    world.sent[0]?.batch.resolve(0, 'A')

    expect(await both).toEqual(['A', 'B'])
  })

  test('one item can fail while its neighbour succeeds', async () => {
    const world = aWorld()

    const both = Promise.all([outcomeOf(world.batcher.submit('a')), outcomeOf(world.batcher.submit('b'))])
    await turn(world)
    world.sent[0]?.batch.reject(0, new Error('no'))
    world.sent[0]?.batch.resolve(1, 'yes')

    expect(await both).toEqual(['no', 'yes'])
  })

  test('items without an answer fail with the error of their batch', async () => {
    const world = aWorld()

    const both = Promise.all([outcomeOf(world.batcher.submit('a')), outcomeOf(world.batcher.submit('b'))])
    await turn(world)
    world.sent[0]?.batch.resolve(0, 'A')
    world.sent[0]?.settle(new Error('broken'))

    expect(await both).toEqual(['A', 'broken'])
  })

  test('a batch that ends without a result for an item fails that item', async () => {
    const world = aWorld()

    const outcome = outcomeOf(world.batcher.submit('a'))
    await turn(world)
    world.sent[0]?.settle()

    expect(await outcome).toMatch(/without a result/)
  })

  test('a send that throws at once fails its items and gives its slot back', async () => {
    const world = aWorld({
      send: () => {
        throw new Error('thrown')
      },
    })

    expect(await outcomeOf(world.batcher.submit('a'))).toBe('thrown')
    await turn(world)
    expect(world.batcher.inFlight).toBe(0)
  })
})

describe('deadlines', () => {
  test('an item that is late already is refused without being queued', async () => {
    const world = aWorld()

    await expect(world.batcher.submit('a', { deadlineAt: world.clock.now() })).rejects.toBe(expired)

    expect(batches(world)).toEqual([])
  })

  test('an item is dropped at its deadline although no slot comes free', async () => {
    const world = aWorld()

    void world.batcher.submit('a').catch(() => undefined)
    await turn(world)
    const late = outcomeOf(world.batcher.submit('b', { deadlineAt: world.clock.now() + 100 }))
    await world.clock.advance(100)

    expect(await late).toBe('expired')
    expect(world.batcher.queued).toBe(0)
  })

  test('items with different deadlines are dropped one by one', async () => {
    const world = aWorld()

    void world.batcher.submit('a').catch(() => undefined)
    await turn(world)
    const slow = outcomeOf(world.batcher.submit('slow', { deadlineAt: world.clock.now() + 200 }))
    const fast = outcomeOf(world.batcher.submit('fast', { deadlineAt: world.clock.now() + 100 }))
    await world.clock.advance(100)
    expect(await fast).toBe('expired')
    expect(world.batcher.queued).toBe(1)
    await world.clock.advance(100)

    expect(await slow).toBe('expired')
  })

  test('an item that expired while the clock stood in the way is not sent', async () => {
    // Time moves without timers, as when the event loop was blocked.
    let nowMs = 0
    const world = aWorld({ clock: { now: () => nowMs, setTimeout: () => ({ cancel: () => undefined }) } })

    void world.batcher.submit('a').catch(() => undefined)
    await turn(world)
    const late = outcomeOf(world.batcher.submit('late', { deadlineAt: 100 }))
    void world.batcher.submit('c')
    nowMs = 100
    world.sent[0]?.settle()
    await turn(world)

    expect(await late).toBe('expired')
    expect(batches(world)).toEqual([['a'], ['c']])
  })

  test('an item that was sent is not touched by its deadline', async () => {
    const world = aWorld()

    const item = world.batcher.submit('a', { deadlineAt: world.clock.now() + 100 })
    await world.clock.advance(200)
    world.sent[0]?.batch.resolve(0, 'A')

    expect(await item).toBe('A')
  })
})

describe('cancellation', () => {
  test('a queued item that is given up is never sent', async () => {
    const world = aWorld()
    const abort = new AbortController()

    void world.batcher.submit('a').catch(() => undefined)
    await turn(world)
    const given = outcomeOf(world.batcher.submit('b', { signal: abort.signal }))
    abort.abort(new Error('gone'))
    world.sent[0]?.settle()
    await turn(world)

    expect(await given).toBe('gone')
    expect(batches(world)).toEqual([['a']])
  })

  test('a signal that has aborted refuses the item', async () => {
    const world = aWorld()

    expect(await outcomeOf(world.batcher.submit('a', { signal: AbortSignal.abort(new Error('gone')) }))).toBe(
      'gone',
    )
  })

  test('an item on its way is let go, and its batch goes on for the others', async () => {
    const world = aWorld()
    const abort = new AbortController()

    const given = outcomeOf(world.batcher.submit('a', { signal: abort.signal }))
    const kept = world.batcher.submit('b')
    await turn(world)
    abort.abort(new Error('gone'))
    expect(await given).toBe('gone')
    expect(world.sent[0]?.batch.signal.aborted).toBe(false)
    world.sent[0]?.batch.resolve(1, 'B')

    expect(await kept).toBe('B')
  })

  test('a batch that nobody waits for any more is told to stop', async () => {
    const world = aWorld()
    const abort = new AbortController()

    const items = ['a', 'b'].map((item) => outcomeOf(world.batcher.submit(item, { signal: abort.signal })))
    await turn(world)
    abort.abort(new Error('gone'))

    expect(await Promise.all(items)).toEqual(['gone', 'gone'])
    expect(world.sent[0]?.batch.signal.aborted).toBe(true)
  })
})

test('an answered batch is never told to stop', async () => {
  const world = aWorld()

  const item = world.batcher.submit('a')
  await turn(world)
  world.sent[0]?.batch.resolve(0, 'A')

  expect(await item).toBe('A')
  expect(world.sent[0]?.batch.signal.aborted).toBe(false)
})

test('an answer that comes twice counts once', async () => {
  const world = aWorld()
  const abort = new AbortController()

  const answered = world.batcher.submit('a')
  const given = outcomeOf(world.batcher.submit('b', { signal: abort.signal }))
  await turn(world)
  world.sent[0]?.batch.resolve(0, 'first')
  world.sent[0]?.batch.resolve(0, 'second')
  abort.abort(new Error('gone'))

  expect(await answered).toBe('first')
  expect(await given).toBe('gone')
  expect(world.sent[0]?.batch.signal.aborted).toBe(true)
})

test('a settled item leaves neither a timer nor a listener behind', async () => {
  const timers = new Set<object>()
  const setTimer = (): { cancel(): void } => {
    const timer = { cancel: () => void timers.delete(timer) }
    timers.add(timer)
    return timer
  }
  const world = aWorld({ clock: { now: () => 0, setTimeout: setTimer } })
  const { signal } = new AbortController()

  const item = world.batcher.submit('a', { deadlineAt: 100, signal })
  await turn(world)
  world.sent[0]?.batch.resolve(0, 'A')
  await item

  expect(timers.size).toBe(0)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

describe('spacing under load', () => {
  /** All slots taken, one item waiting: the batcher knows that it is loaded. */
  const aLoadedWorld = async (options: Partial<BatcherOptions<string, string>> = {}): Promise<World> => {
    const world = aWorld({ spacingMs: 5, ...options })
    void world.batcher.submit('a').catch(() => undefined)
    await turn(world)
    void world.batcher.submit('b').catch(() => undefined)
    await turn(world)
    world.sent[0]?.settle()
    await turn(world)
    world.sent[1]?.settle()
    await turn(world)
    return world
  }

  test('an item waits until the spacing since the last departure has passed', async () => {
    const world = await aLoadedWorld()

    void world.batcher.submit('c')
    await world.clock.advance(4)
    void world.batcher.submit('d')
    expect(batches(world)).toEqual([['a'], ['b']])
    await world.clock.advance(1)

    expect(batches(world)).toEqual([['a'], ['b'], ['c', 'd']])
  })

  test('a full batch does not wait', async () => {
    const world = await aLoadedWorld({ maxBatch: 2 })

    void world.batcher.submit('c')
    void world.batcher.submit('d')
    await turn(world)

    expect(batches(world)).toEqual([['a'], ['b'], ['c', 'd']])
  })

  test('a spacing in which nothing came ends it', async () => {
    const world = await aLoadedWorld()

    await world.clock.advance(5)
    void world.batcher.submit('c').catch(() => undefined)
    await turn(world)
    world.sent[2]?.settle()
    await turn(world)
    void world.batcher.submit('d')
    await turn(world)

    expect(batches(world)).toEqual([['a'], ['b'], ['c'], ['d']])
  })
})

describe('closing', () => {
  test('sends what waits, refuses what comes and returns when all has settled', async () => {
    const world = aWorld({ spacingMs: 5 })
    const outcomes = [outcomeOf(world.batcher.submit('a'))]
    await turn(world)
    outcomes.push(outcomeOf(world.batcher.submit('b')))

    let closed = false
    const closing = world.batcher.close().then(() => (closed = true))
    await expect(world.batcher.submit('c')).rejects.toBe(overloaded)
    world.sent[0]?.batch.resolve(0, 'A')
    world.sent[0]?.settle()
    await turn(world)
    expect(closed).toBe(false)
    world.sent[1]?.batch.resolve(0, 'B')
    world.sent[1]?.settle()
    await closing

    expect(await Promise.all(outcomes)).toEqual(['A', 'B'])
  })

  test('an idle batcher closes at once', async () => {
    await expect(aWorld().batcher.close()).resolves.toBeUndefined()
  })

  test('a queue in which everything has expired closes too', async () => {
    let nowMs = 0
    const world = aWorld({ clock: { now: () => nowMs, setTimeout: () => ({ cancel: () => undefined }) } })
    const late = outcomeOf(world.batcher.submit('late', { deadlineAt: 1 }))
    nowMs = 1

    await world.batcher.close()

    expect(await late).toBe('expired')
  })
})
