import type { Kafka } from 'kafkajs'
import type { FirstRecord } from './genesis-check.js'

/** The first record is all that is wanted; a broker gives at least one whole batch, however small the limit. */
const FETCH_BYTES = 4 * 1024
const FETCH_WAIT_MS = 500

interface Fetched {
  readonly messages: readonly { readonly offset: string; readonly value: Buffer | null }[]
}

interface Broker {
  fetch(request: object): Promise<{ readonly responses: readonly { readonly partitions: Fetched[] }[] }>
}

/** What kafkajs 2.2.4 keeps private: its only public way to read a record joins a consumer group, which may take seconds. */
interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  addTargetTopic(topic: string): Promise<void>
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, readonly number[]>
  findBroker(leader: { readonly nodeId: string }): Promise<Broker>
}

const clusterOf = (kafka: Kafka): Cluster => {
  const factory = Object.getOwnPropertySymbols(kafka).find((symbol) =>
    symbol.description?.endsWith('createCluster'),
  )
  const clients = kafka as unknown as Record<symbol, ((options: object) => Cluster) | undefined>
  const cluster = factory && clients[factory]?.({ allowAutoTopicCreation: false })
  if (!cluster) throw new Error('this version of kafkajs cannot read a record without a group')
  return cluster
}

/** Reads the record at offset 0 of partitions that have records. Throws when the brokers do not give them. */
export const readFirstRecords = async (
  kafka: Kafka,
  topic: string,
  partitions: readonly number[],
): Promise<readonly FirstRecord[]> => {
  const cluster = clusterOf(kafka)
  try {
    await cluster.connect()
    await cluster.addTargetTopic(topic)
    const leaders = Object.entries(cluster.findLeaderForPartitions(topic, partitions))
    const firsts: FirstRecord[] = []
    for (const [nodeId, led] of leaders) {
      const broker = await cluster.findBroker({ nodeId })
      for (const partition of led) firsts.push(await readFirst(broker, topic, partition))
    }
    return firsts
  } finally {
    await cluster.disconnect().catch(() => undefined)
  }
}

const readFirst = async (broker: Broker, topic: string, partition: number): Promise<FirstRecord> => {
  const { responses } = await broker.fetch({
    ...{ maxWaitTime: FETCH_WAIT_MS, minBytes: 1, isolationLevel: 0 },
    topics: [{ topic, partitions: [{ partition, fetchOffset: '0', maxBytes: FETCH_BYTES }] }],
  })
  const first = responses[0]?.partitions[0]?.messages[0]
  if (!first) throw new Error(`the first record of partition ${partition} cannot be read`)
  return { partition, offset: Number(first.offset), value: first.value }
}
