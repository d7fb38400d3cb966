import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { eventually, openDatabase, type TestDatabase } from '@votestream/testing'
import { encodeBallot } from '../../src/adapters/kafka/record-codec.js'
import type { Appended } from '../../src/domain/ports.js'
import { aBallot } from '../builders.js'
import { aTopic, openDirectLog, openKafkaLog } from '../world.js'
import {
  appendOne,
  asOperator,
  createTopic,
  deleteTopic,
  endsOf,
  listeningLogger,
  PATIENCE,
  write,
} from './brokers.js'

jest.setTimeout(60_000)

/** A database that has counted 20 votes of poll 1 from a topic of two partitions. */
let database: TestDatabase
let topic: string

beforeAll(async () => {
  database = await openDatabase()
  topic = aTopic()
  await using world = await openKafkaLog({ shared: database, topic })
  await Promise.all(Array.from({ length: 20 }, () => world.cast(aBallot())))
})

afterAll(async () => {
  await database[Symbol.asyncDispose]()
})

interface Attempt {
  readonly topic: string
  readonly database?: TestDatabase
  readonly partitions?: number
  readonly poll?: number
}

/** Starts a member on what is not its log, and checks what it must not do. */
const expectRefused = async (why: RegExp, { poll = 1, ...attempt }: Attempt): Promise<void> => {
  const { logger, told } = listeningLogger()
  const shared = attempt.database ?? database
  await using world = await openKafkaLog({ ...attempt, shared, logger, wait: false })
  const counts = await world.countsOf(poll)

  const appended: Appended[] = []
  await eventually(async () => {
    appended.push(...(await world.log.append([aBallot()])))
    expect(told).toHaveLength(1)
  }, PATIENCE)
  appended.push(...(await world.log.append([aBallot()])))
  const lookUp = world.log.mayHold(1, aBallot().voteId)

  expect(told[0]).toMatch(/^fatal: the log is lost or foreign/)
  expect(told[0]).toMatch(why)
  expect(appended.filter((each) => each.status !== 'refused' || each.reason !== 'UNAVAILABLE')).toEqual([])
  await expect(lookUp).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
  expect(await world.countsOf(poll)).toEqual(counts)
  expect(world.progress).toEqual([])
  expect(world.fatal).toEqual([])
}

test('a topic that begins with the Genesis of another log', async () => {
  await using fresh = await openDatabase()
  const before = await endsOf(topic)

  await expectRefused(/belongs to the log/, { topic, database: fresh })

  expect(await endsOf(topic)).toEqual(before)
})

test('a topic that was deleted', async () => {
  await expectRefused(/does not exist, and votes were counted from it/, { topic: aTopic() })
})

test('a topic that was made anew', async () => {
  const anew = aTopic()
  await createTopic(anew, 2)

  await expectRefused(/ends at offset 0, and everything before \d+ was folded/, { topic: anew })
})

test('a topic that was made anew and has outgrown the bookmark', async () => {
  const anew = aTopic()
  await createTopic(anew, 2)
  const record = (partition: number) => ({ partition, value: encodeBallot(aBallot()) })
  await write(
    anew,
    Array.from({ length: 100 }, (_, index) => record(index % 2)),
  )

  await expectRefused(/does not begin with a Genesis/, { topic: anew })
})

test('a topic with another number of partitions', async () => {
  const wide = aTopic()
  await createTopic(wide, 3)

  await expectRefused(/it has 3 partitions, not 2/, { topic: wide })
})

test('a topic that was truncated at its start', async () => {
  await using own = await openDatabase()
  const truncated = aTopic()
  {
    await using world = await openKafkaLog({ shared: own, topic: truncated })
    await Promise.all(Array.from({ length: 20 }, () => world.cast(aBallot())))
  }
  const partitions = [{ partition: 0, offset: '2' }]
  await asOperator(async (admin) => {
    await admin.fetchTopicOffsets(truncated) // loads what the next call needs
    await admin.deleteTopicRecords({ topic: truncated, partitions })
  })

  await expectRefused(/begins at offset 2, its Genesis is gone/, { topic: truncated, database: own })
})

test('a store of the direct log ends the process', async () => {
  await using own = await openDatabase()
  const direct = await openDirectLog(own)
  await eventually(() => expect(direct.log.open).toBe(true), PATIENCE)
  await direct[Symbol.asyncDispose]()
  await using world = await openKafkaLog({ shared: own, wait: false })

  await eventually(() => expect(world.fatal).toMatchObject([{ reason: 'FOREIGN_LOG' }]), PATIENCE)

  expect(await world.log.append([aBallot()])).toMatchObject([{ status: 'refused', reason: 'UNAVAILABLE' }])
})

test('a store that was counted from another number of partitions ends the process', async () => {
  await using world = await openKafkaLog({ shared: database, topic, partitions: 3, wait: false })

  await eventually(() => expect(world.fatal).toMatchObject([{ reason: 'FOREIGN_LOG' }]), PATIENCE)

  expect(await world.log.append([aBallot()])).toMatchObject([{ status: 'refused', reason: 'UNAVAILABLE' }])
})

test('a topic that is deleted and made anew while votes are taken', async () => {
  const { logger, told } = listeningLogger()
  const own = aTopic()
  await using world = await openKafkaLog({ logger, topic: own })
  const position = await appendOne(world, aBallot())
  await eventually(async () => expect(await world.countsOf(1)).toEqual([1]), PATIENCE)

  await deleteTopic(own)
  await createTopic(own, 2)
  await eventually(() => expect(told.filter((each) => each.startsWith('fatal'))).toHaveLength(1), PATIENCE)

  expect(position.offset).toBe(1)
  expect(await world.log.append([aBallot()])).toMatchObject([{ status: 'refused', reason: 'UNAVAILABLE' }])
  expect(await world.countsOf(1)).toEqual([1])
})

test('the topic that this database was counted from goes on', async () => {
  await using world = await openKafkaLog({ shared: database, topic })

  await world.cast(aBallot())

  expect(await world.countsOf(1)).toEqual([21])
})
