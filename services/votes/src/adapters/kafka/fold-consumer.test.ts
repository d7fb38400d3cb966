import { expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { aConsumer, ballot, folded, GENESIS, give, LOG_ID } from '../../../test/fold-member.js'
import { encodeGenesis } from './record-codec.js'

test('begins each assignment at its Genesis, whatever seek the one before has left', async () => {
  const { join, told } = await aConsumer()

  join(0, 1)

  expect(told.seeks).toEqual(['0@0', '1@0'])
  expect(told.assigned.at(-1)).toEqual([0, 1])
})

test('folds what lies behind the bookmark and resolves it only then', async () => {
  const running = await aConsumer({ bookmark: 2 })

  const { seen } = await give(running, 0, [GENESIS, ballot(), ballot(), ballot()])
  const before = [...seen.resolved]
  await folded(running)

  expect(running.told.folds).toMatchObject([
    { partition: 0, from: 2, next: 4, ballots: [{ offset: 2 }, { offset: 3 }] },
  ])
  expect(before).toEqual([])
  expect(seen).toMatchObject({ resolved: ['3'], done: true })
})

test('seeks the bookmark when the first batch does not reach it, and goes on there', async () => {
  const running = await aConsumer({ bookmark: 50 })

  await give(running, 0, [GENESIS, ballot()])
  await give(running, 50, [ballot()])

  expect(running.told.seeks).toEqual(['0@50'])
  expect(running.told.folds).toMatchObject([{ from: 50, next: 51 }])
})

test('seeks back over a gap, and trims a replay', async () => {
  const running = await aConsumer()
  await give(running, 0, [GENESIS, ballot()])
  await folded(running)

  await give(running, 5, [ballot()])
  await give(running, 1, [ballot(), ballot(), ballot()])

  expect(running.told.seeks).toEqual(['0@2'])
  expect(running.told.folds.at(-1)).toMatchObject({ from: 2, next: 4 })
})

test('passes records that it cannot read', async () => {
  const running = await aConsumer()

  await give(running, 0, [GENESIS, null, Buffer.from('rubbish'), ballot()])

  expect(running.told.folds).toMatchObject([{ from: 1, next: 4, ballots: [{ offset: 3 }] }])
})

test.each([
  ['begins with a ballot', 0, ballot(), /does not begin with a Genesis/],
  ['begins behind its Genesis', 3, ballot(), /begins at offset 3, its Genesis is gone/],
  ['is of another log', 0, encodeGenesis({ logId: randomUUID(), partitions: 2 }), /belongs to the log/],
  ['is one of another number', 0, encodeGenesis({ logId: LOG_ID, partitions: 3 }), /is one of 3/],
])('a partition that %s is foreign, and nothing is folded any more', async (_name, from, first, why) => {
  const running = await aConsumer()

  await give(running, from, [first, ballot()])
  await give(running, 0, [GENESIS, ballot()])

  expect(running.told.foreign).toEqual([expect.stringMatching(why)])
  expect(running.told.folds).toEqual([])
})

test('a log that begins anew under the reader is checked again', async () => {
  const running = await aConsumer()
  await give(running, 0, [GENESIS, ballot()])
  await folded(running)

  await give(running, 0, [ballot(), ballot(), ballot(), ballot()])

  expect(running.told.foreign).toHaveLength(1)
  expect(running.told.folds).toHaveLength(1)
})

test('goes on at the bookmark when the stretch was fenced', async () => {
  const running = await aConsumer()
  const { seen } = await give(running, 0, [GENESIS, ballot()])

  await folded(running, { status: 'fenced', bookmark: 9 })
  await give(running, 9, [ballot()])

  expect(seen.resolved).toEqual([])
  expect(running.told.seeks).toEqual(['0@9'])
  expect(running.told.folds.at(-1)).toMatchObject({ from: 9 })
})

test('a busy partition is paused, asked for again from where it was, and resumed after 100 ms', async () => {
  const running = await aConsumer()
  const { seen } = await give(running, 0, [GENESIS, ballot()])

  await folded(running, { status: 'busy' })
  const paused = { ...seen }
  await running.clock.advance(100)

  expect(paused).toMatchObject({ paused: 1, resumed: 0, done: true, resolved: [] })
  expect(running.told.seeks).toEqual(['0@1'])
  expect(seen.resumed).toBe(1)
})

test('a heartbeat goes out every two seconds while a fold waits', async () => {
  const running = await aConsumer()
  const { seen } = await give(running, 0, [GENESIS, ballot()])

  await running.clock.advance(8_100)
  await folded(running)

  expect(seen).toMatchObject({ heartbeats: 4, done: true, resolved: ['1'] })
})

test('a heartbeat that throws gives the batch up', async () => {
  const running = await aConsumer()
  const { seen, heart } = await give(running, 0, [GENESIS, ballot()])
  heart.fails = true

  await running.clock.advance(2_000)

  expect(seen).toMatchObject({ error: 'rebalancing', resolved: [] })
  expect(running.told.abandoned).toBe(1)
})

test('an outcome that comes after a new assignment changes nothing in it', async () => {
  const running = await aConsumer()
  const { seen } = await give(running, 0, [GENESIS, ballot()])

  running.join(0)
  running.told.seeks.length = 0
  await folded(running)
  await give(running, 0, [GENESIS, ballot(), ballot()])

  expect(seen.resolved).toEqual([])
  expect(running.told.seeks).toEqual([])
  expect(running.told.folds.at(-1)).toMatchObject({ from: 1, next: 3 })
})

test('a stale batch is left alone', async () => {
  const running = await aConsumer()

  await give(running, 0, [GENESIS, ballot()], true)

  expect(running.told.folds).toEqual([])
})

test('waits with heartbeats while the bookmarks cannot be read', async () => {
  const running = await aConsumer()
  const readable = running.told.bookmarks
  running.told.bookmarks = () => Promise.reject(new Error('away'))
  const { seen } = await give(running, 0, [GENESIS, ballot()])

  await running.clock.advance(4_000)
  const before = running.told.folds.length
  running.told.bookmarks = readable
  await running.clock.advance(200)

  expect(before).toBe(0)
  expect(seen.heartbeats).toBe(2)
  expect(running.told.folds).toHaveLength(1)
})

test('a stop ends the wait for a fold at once, and no crash is told after it', async () => {
  const running = await aConsumer()
  const { seen } = await give(running, 0, [GENESIS, ballot()])

  await running.member.stop()
  await running.clock.advance(0)
  running.crash(new Error('stopped'))

  expect(seen).toMatchObject({ error: 'the consumer is stopped', heartbeats: 0 })
  expect(running.told).toMatchObject({ abandoned: 1, disconnected: 1, crashes: [] })
})

test('a stop while it starts lets it join no group', async () => {
  let connected: () => void = () => undefined
  const running = await aConsumer({ connect: () => new Promise((resolve) => (connected = resolve)) })

  const stopped = running.member.stop()
  await running.clock.advance(0)
  const early = running.told.disconnected
  connected()
  await stopped
  await running.started

  expect(early).toBe(0) // kafkajs would connect again
  expect(running.told).toMatchObject({ subscribed: 0, disconnected: 1 })
  expect(running.run.eachBatch).toBeUndefined()
})
