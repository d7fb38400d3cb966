import { expect, test } from '@jest/globals'
import { fakeClock, silentLogger } from '@votestream/testing'
import kafkajs from 'kafkajs'
import { ConsumerKeeper, STALLED_MS } from './consumer-keeper.js'
import type { FoldConsumer } from './fold-consumer.js'

/** A keeper whose consumers do nothing but end when they are told. */
const aKeeper = ({ starts = () => Promise.resolve() } = {}) => {
  const clock = fakeClock()
  const brokers = { up: true }
  const built: { crash: (error: Error) => void; stopped: boolean }[] = []
  const fatal: Error[] = []
  const keeper = new ConsumerKeeper({
    build: ({ onCrash }) => {
      const one = { crash: onCrash, stopped: false }
      built.push(one)
      const stop = (): Promise<void> => Promise.resolve().then(() => void (one.stopped = true))
      return { start: starts, stop } as unknown as FoldConsumer
    },
    ...{ clock, logger: silentLogger, brokersUp: () => brokers.up },
    onFatal: (error) => fatal.push(error),
  })
  keeper.start()
  return { keeper, clock, brokers, built, fatal }
}

const waiting = { lag: 5, lastFoldMs: 0, failing: false }

test('a consumer that ends while the brokers are away is built anew', async () => {
  const { clock, brokers, built, fatal } = aKeeper()
  brokers.up = false

  built[0]?.crash(new Error('anything'))
  await clock.advance(500)

  expect(built.map(({ stopped }) => stopped)).toEqual([true, false])
  expect(fatal).toEqual([])
})

test('a consumer that ends while the brokers answer, and nobody knows why, ends the process', async () => {
  const { clock, built, fatal } = aKeeper()
  const error = new Error('a bug')

  built[0]?.crash(error)
  await clock.advance(500)

  expect(fatal).toEqual([error])
  expect(built).toHaveLength(1)
})

const typed = (type: string): Error => Object.assign(new Error(type), { retriable: false, type })

test.each([
  ['a lost connection', new kafkajs.KafkaJSConnectionError('closed')],
  ['a timeout', new kafkajs.KafkaJSRequestTimeoutError('late', {} as never)],
  ['a group that has dropped this member', typed('UNKNOWN_MEMBER_ID')],
  ['a group of another generation', typed('ILLEGAL_GENERATION')],
])('a consumer that ends by %s is built anew although the brokers answer', async (_name, cause) => {
  const { clock, built, fatal } = aKeeper()

  built[0]?.crash(Object.assign(new Error('retries exceeded'), { retriable: false, cause }))
  await clock.advance(500)

  expect(built).toHaveLength(2)
  expect(fatal).toEqual([])
})

test('a consumer that cannot start is built anew, again and again', async () => {
  const starts = (): Promise<void> => Promise.reject(new kafkajs.KafkaJSConnectionError('refused'))
  const { clock, built, fatal } = aKeeper({ starts })

  await clock.advance(2_400)

  expect(built).toHaveLength(5)
  expect(fatal).toEqual([])
})

test('what an old consumer still says is ignored', async () => {
  const { clock, brokers, built, fatal } = aKeeper()
  brokers.up = false
  built[0]?.crash(new Error('first'))
  await clock.advance(500)
  brokers.up = true

  built[0]?.crash(new Error('again'))
  await clock.advance(500)

  expect(built).toHaveLength(2)
  expect(fatal).toEqual([])
})

test('one that stalls is built anew, and the second time ends the process', async () => {
  const { keeper, clock, built, fatal } = aKeeper()

  keeper.look(waiting)
  await clock.advance(STALLED_MS - 1)
  keeper.look(waiting)
  const before = built[0]?.stopped
  await clock.advance(1)
  keeper.look(waiting)
  await clock.advance(500)
  const rebuilt = built.length
  await clock.advance(STALLED_MS)
  keeper.look(waiting)

  expect([before, rebuilt]).toEqual([false, 2])
  expect(fatal).toMatchObject([{ message: '5 records wait and none was folded for 30000 ms' }])
})

test('a fold, or having nothing to fold, makes up for a stall', async () => {
  const { keeper, clock, built, fatal } = aKeeper()
  const stall = async (lastFoldMs: number): Promise<void> => {
    keeper.look({ ...waiting, lastFoldMs })
    await clock.advance(STALLED_MS)
    keeper.look({ ...waiting, lastFoldMs })
    await clock.advance(500)
  }

  await stall(0)
  keeper.look({ ...waiting, lag: 0 })
  await stall(clock.monotonicMs())

  expect(built).toHaveLength(3)
  expect(fatal).toEqual([])
})

test('a store that fails is no stall', async () => {
  const { keeper, clock, built, fatal } = aKeeper()

  for (let second = 0; second < 60; second++) {
    keeper.look({ ...waiting, failing: true })
    await clock.advance(1_000)
  }

  expect(built).toHaveLength(1)
  expect(fatal).toEqual([])
})

test('a stop ends the consumer, and none is built any more', async () => {
  const { keeper, clock, brokers, built } = aKeeper()
  brokers.up = false
  built[0]?.crash(new Error('away'))

  const stopped = keeper.stop()
  await clock.advance(1_000)
  await stopped
  keeper.start()

  expect(built.map(({ stopped }) => stopped)).toEqual([true])
})
