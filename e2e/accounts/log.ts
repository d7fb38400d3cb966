import { logRecords, type LogRecordOutput } from '@votestream/proto'
import kafkajs, { type Kafka } from 'kafkajs'
import { randomUUID } from 'node:crypto'
import type { RecordedVote } from './recorded-vote.js'
import type { Stores } from './stores.js'

/** One partition of the log, from offset 0 on. */
export type PartitionRecords = readonly LogRecordOutput[]

/** The same as it lies there: the values of its records. */
export type PartitionValues = readonly Buffer[]

/** A topic is read over the loopback: a second each way is long. */
const READ_LIMIT_MS = 20_000
const FETCH_WAIT_MS = 100
const TOPIC = 'votes'

/** Reads the whole topic of a full mesh, up to what was in it at the call; fails when a partition does not begin at 0 or has a gap. */
export const readLog = async (stores: Stores): Promise<readonly PartitionRecords[]> =>
  (await readLogValues(stores)).map((values) => values.map((value) => logRecords.deserialize(value)))

/** Reads the whole topic as `readLog` does, and leaves to others what the bytes mean. */
export const readLogValues = async ({ kafka: brokers = [] }: Stores): Promise<readonly PartitionValues[]> => {
  const kafka = kafkaAt(brokers)
  const ends = await endsOf(kafka)
  const partitions = ends.map((): Buffer[] => [])
  const isWhole = (): boolean => partitions.every((records, index) => records.length >= (ends[index] ?? 0))
  const consumer = kafka.consumer({
    groupId: `e2e-${randomUUID()}`,
    ...{ maxWaitTimeInMs: FETCH_WAIT_MS, retry: { restartOnFailure: () => Promise.resolve(false) } },
  })
  await consumer.connect()
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true })
  let limit: NodeJS.Timeout | undefined
  const read = new Promise<void>((resolve, reject) => {
    limit = setTimeout(() => reject(new Error(`the log was not read in ${READ_LIMIT_MS} ms`)), READ_LIMIT_MS)
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
    const eachMessage = (partition: number, offset: number, value: Buffer | null): void => {
      const records = partitions[partition] ?? []
      if (offset !== records.length)
        reject(new Error(`partition ${partition}: offset ${offset} where ${records.length} should be`))
      records.push(value ?? Buffer.alloc(0))
      if (isWhole()) resolve()
    }
    void consumer.run({
      autoCommit: false,
      eachMessage: ({ partition, message }) => {
        eachMessage(partition, Number(message.offset), message.value)
        return Promise.resolve()
      },
    })
  })
  try {
    if (!isWhole()) await read
  } finally {
    clearTimeout(limit)
    await consumer.disconnect()
  }
  return partitions.map((records, index) => records.slice(0, ends[index]))
}

/** How many records each partition of the topic has. */
export const readLogEnds = ({ kafka: brokers = [] }: Stores): Promise<readonly number[]> =>
  endsOf(kafkaAt(brokers))

const kafkaAt = (brokers: readonly string[]): Kafka =>
  new kafkajs.Kafka({
    ...{ clientId: 'votestream-e2e', brokers: [...brokers] },
    logLevel: kafkajs.logLevel.NOTHING,
  })

const endsOf = async (kafka: Kafka): Promise<readonly number[]> => {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const offsets = await admin.fetchTopicOffsets(TOPIC)
    return offsets.sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high))
  } finally {
    await admin.disconnect()
  }
}

export interface FoldedLog {
  /** The first vote of each poll and ballot key. */
  readonly votes: readonly RecordedVote[]
  /** How many records repeat a poll and ballot key: retries that came into the log as well. */
  readonly repeated: number
  /** What a log must not have; empty when all is well. */
  readonly faults: readonly string[]
}

/** Counts a log by nothing but its own rule: in each partition the first record of a poll and ballot key wins. */
export const foldLog = (partitions: readonly PartitionRecords[]): FoldedLog => {
  const votes: RecordedVote[] = []
  const faults: string[] = []
  const partitionOf = new Map<string, number>()
  let repeated = 0
  const logIds = new Set(partitions.map(([first]) => first?.genesis?.logId.toString('hex')))
  const [logId] = logIds
  if (logIds.size !== 1 || logIds.has(undefined)) faults.push(`${logIds.size} logs in one topic`)
  partitions.forEach((records, partition) => {
    if (records[0]?.genesis?.partitions !== partitions.length)
      faults.push(`partition ${partition} is not one of ${partitions.length} by its first record`)
    for (const { voteCast, genesis } of records.slice(1)) {
      // Two replicas that find a new topic both say whose it is.
      if (genesis && genesis.logId.toString('hex') === logId) continue
      if (!voteCast) {
        faults.push(`partition ${partition} has a record that is no vote`)
        continue
      }
      const [pollId, ballotKey] = [voteCast.pollId, uuid(voteCast.ballotKey)]
      const key = `${pollId} ${ballotKey}`
      const before = partitionOf.get(key)
      if (before !== undefined && before !== partition)
        faults.push(`a ballot key in the partitions ${before} and ${partition}`)
      if (before !== undefined) repeated += 1
      else votes.push({ pollId, ballotKey, voteId: uuid(voteCast.voteId), choice: voteCast.choice })
      partitionOf.set(key, partition)
    }
  })
  return { votes, repeated, faults }
}

const uuid = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
