import type { Logger } from '@votestream/runtime'
import { silentLogger } from '@votestream/testing'
import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import type { Ballot, Position } from '../../src/domain/ballot.js'
import { testBrokers, type LogWorld } from '../world.js'

const kafka = (): Kafka =>
  new kafkajs.Kafka({ clientId: 'test', brokers: [...testBrokers()], logLevel: kafkajs.logLevel.NOTHING })

/** Does something to the topics that no member of a log does. */
export const asOperator = async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = kafka().admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

export const createTopic = (topic: string, partitions: number): Promise<unknown> =>
  asOperator((admin) =>
    admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] }),
  )

export const deleteTopic = (topic: string): Promise<void> =>
  asOperator((admin) => admin.deleteTopics({ topics: [topic] }))

/** Writes records as they are. */
export const write = async (
  topic: string,
  messages: readonly { readonly partition: number; readonly value: Buffer | null }[],
): Promise<void> => {
  const producer = kafka().producer({ createPartitioner: () => (to) => to.message.partition ?? 0 })
  await producer.connect()
  await producer.send({ topic, acks: -1, messages: [...messages] })
  await producer.disconnect()
}

/** The offset behind the last record of each partition. */
export const endsOf = (topic: string): Promise<readonly number[]> =>
  asOperator(async (admin) => {
    const ends = await admin.fetchTopicOffsets(topic)
    return ends.sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high))
  })

/** Where the ballot was put; throws when it was not. */
export const appendOne = async (world: LogWorld, ballot: Ballot): Promise<Position> => {
  const [appended] = await world.log.append([ballot])
  if (appended?.status !== 'appended') throw new Error(`not appended: ${JSON.stringify(appended)}`)
  return appended
}

/** A logger that keeps what it is told from `warn` on. */
export const listeningLogger = (): { readonly logger: Logger; readonly told: string[] } => {
  const told: string[] = []
  const tell =
    (level: string) =>
    (details: { readonly err?: Error }, message: string): void =>
      void told.push(`${level}: ${message}: ${details.err?.message ?? ''}`)
  const levels = { warn: tell('warn'), error: tell('error'), fatal: tell('fatal') }
  return { logger: Object.assign(Object.create(silentLogger), levels) as Logger, told }
}

/** What a test may wait for on a machine that is busy with others. */
export const PATIENCE = { timeoutMs: 30_000 }
