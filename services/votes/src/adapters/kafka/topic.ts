import { failedPrecondition, unavailable } from '@votestream/errors'
import type { Admin } from './kafka-client.js'

/** The ends of one partition. */
export interface PartitionEnds {
  readonly partition: number
  /** The offset of the first record that is still there. */
  readonly low: number
  /** The offset that the next record gets. */
  readonly high: number
}

/**
 * Never compacted (compaction keeps a key's last record, and the first vote wins), never expired. The replication factor, and how many
 * replicas acknowledge, are the brokers' own settings.
 */
const CONFIG = [
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'retention.ms', value: '-1' },
  { name: 'retention.bytes', value: '-1' },
  { name: 'message.timestamp.type', value: 'LogAppendTime' },
]
const BROKERS_OWN = -1
const CREATE_TIMEOUT_MS = 5_000

const isUnknownTopic = (error: unknown): boolean =>
  (error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION' ||
  (error instanceof Error && error.cause !== undefined && isUnknownTopic(error.cause))

/** The topic's number of partitions; undefined when there is no such topic. */
export const countPartitions = async (admin: Admin, topic: string): Promise<number | undefined> => {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    return topics[0]?.partitions.length
  } catch (error) {
    if (isUnknownTopic(error)) return undefined
    throw error
  }
}

/** Creates the topic; that another replica was faster is as good. */
export const createTopic = async (admin: Admin, topic: string, partitions: number): Promise<void> => {
  await admin.createTopics({
    waitForLeaders: true,
    timeout: CREATE_TIMEOUT_MS,
    topics: [{ topic, numPartitions: partitions, replicationFactor: BROKERS_OWN, configEntries: CONFIG }],
  })
}

/** The ends of all partitions, by number. Throws when the brokers cannot be asked. */
export const readEnds = async (admin: Admin, topic: string): Promise<readonly PartitionEnds[]> => {
  const offsets = await admin.fetchTopicOffsets(topic)
  return offsets
    .map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }))
    .sort((a, b) => a.partition - b.partition)
}

/** Why a topic cannot be the log that a store was counted from. */
export const foreignTopic = (topic: string, why: string): Error =>
  failedPrecondition(
    'FOREIGN_LOG',
    `the topic ${topic} is not the log that this database was counted from: ${why}. Nothing is folded or accepted until a person has decided: ` +
      `point votes to the right topic or database, or see docs/runbooks/log-lost.md`,
  )

export const brokersUnavailable = (retryAfterMs: number): Error =>
  unavailable('UNAVAILABLE', 'Kafka cannot be asked', { retryAfterMs })

/** Records that lie in the log and are not folded. */
export const lagBehind = (ends: readonly PartitionEnds[], bookmarks: ReadonlyMap<number, number>): number =>
  ends.reduce((lag, { partition, high }) => lag + Math.max(0, high - (bookmarks.get(partition) ?? 0)), 0)
