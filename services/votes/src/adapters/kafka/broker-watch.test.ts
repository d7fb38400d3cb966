import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { BrokerWatch } from './broker-watch.js'
import type { Admin } from './kafka-client.js'

type Mood = 'answers' | 'fails' | 'hangs'

/** A watch of brokers that do what the test says. */
const aWatch = () => {
  const clock = fakeClock()
  const seen = { mood: 'answers' as Mood, asked: 0, admins: 0, open: 0, changes: [] as boolean[] }
  const ends: { high: number; askedMs: number; up: boolean }[] = []
  const answer = (): Promise<unknown> => {
    seen.asked += 1
    if (seen.mood === 'hangs') return new Promise(() => undefined)
    if (seen.mood === 'fails') return Promise.reject(new Error('away'))
    return Promise.resolve([{ partition: 0, low: '0', high: '7', offset: '7' }])
  }
  const openAdmin = (): Admin => {
    seen.admins += 1
    return {
      connect: () => Promise.resolve(void (seen.open += 1)),
      disconnect: () => Promise.resolve(void (seen.open -= 1)),
      fetchTopicOffsets: answer,
    } as unknown as Admin
  }
  const watch: BrokerWatch = new BrokerWatch({
    ...{ openAdmin, topic: 't', clock },
    onEnds: ([first], askedMs) => ends.push({ high: first?.high ?? -1, askedMs, up: watch.up }),
    onChange: (up) => seen.changes.push(up),
  })
  return { watch, clock, seen, ends }
}

test('is down until the brokers have answered, and tells the ends before it is up', async () => {
  const { watch, clock, seen, ends } = aWatch()
  const before = watch.up

  watch.start()
  await clock.advance(0)

  expect([before, watch.up]).toEqual([false, true])
  expect(ends).toEqual([{ high: 7, askedMs: 0, up: false }])
  expect(seen.changes).toEqual([true])
})

test('asks every two seconds while all is well, over one connection', async () => {
  const { watch, clock, seen } = aWatch()
  watch.start()

  await clock.advance(6_000)

  expect([seen.asked, seen.admins]).toEqual([4, 1])
})

test('a failed append takes it down until a question is answered, which is asked at once', async () => {
  const { watch, clock, seen } = aWatch()
  watch.start()
  await clock.advance(100)
  seen.mood = 'fails'

  watch.failed()
  await clock.advance(0)
  const asked = seen.asked
  await clock.advance(1_000)
  const states = [watch.up]
  seen.mood = 'answers'
  await clock.advance(500)
  states.push(watch.up)

  expect(asked).toBe(2)
  expect(states).toEqual([false, true])
  expect(seen.changes).toEqual([true, false, true])
})

test('brokers that freeze are down after a second and a half, and their connection is given up', async () => {
  const { watch, clock, seen } = aWatch()
  watch.start()
  await clock.advance(0)
  seen.mood = 'hangs'

  await clock.advance(2_000 + 1_499)
  const states = [watch.up]
  await clock.advance(1)
  states.push(watch.up)
  seen.mood = 'answers'
  await clock.advance(500)

  expect(states).toEqual([true, false])
  expect([watch.up, seen.admins, seen.open]).toEqual([true, 2, 1])
})

test('knows for how long the brokers have answered', async () => {
  const { watch, clock } = aWatch()
  const before = watch.upForMs
  watch.start()

  await clock.advance(3_000)

  expect([before, watch.upForMs]).toEqual([0, 3_000])
})

test("somebody else's question can take it down, and only its own takes it up", async () => {
  const { watch, clock, seen } = aWatch()
  watch.start()
  await clock.advance(100)
  seen.mood = 'fails'
  await expect(watch.ends()).rejects.toThrow('away')
  const states = [watch.up]
  seen.mood = 'answers'
  await watch.ends()
  states.push(watch.up)

  await clock.advance(2_000)

  expect(states).toEqual([false, false])
  expect(watch.up).toBe(true)
})

test('a stop leaves no connection and no question', async () => {
  const { watch, clock, seen } = aWatch()
  watch.start()
  await clock.advance(100)

  await watch.stop()
  const asked = seen.asked
  await clock.advance(10_000)

  expect(seen.open).toBe(0)
  expect(seen.asked).toBe(asked)
})

test('brokers that answer questions but refused an append are not tried again for half a second', async () => {
  const { watch, clock, seen } = aWatch()
  watch.start()
  await clock.advance(100)

  watch.failed()
  await clock.advance(499)
  const before = watch.up
  await clock.advance(501)

  expect([before, watch.up]).toEqual([false, true])
  expect(seen.changes).toEqual([true, false, true])
})
