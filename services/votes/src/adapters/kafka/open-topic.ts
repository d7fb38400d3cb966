import type { OpenedLog } from '../../domain/ports.js'
import type { Admin, KafkaClients, Producer } from './kafka-client.js'
import { whyForeign } from './genesis-check.js'
import { encodeGenesis } from './record-codec.js'
import { countPartitions, createTopic, foreignTopic, readEnds, type PartitionEnds } from './topic.js'

/** Where a store stands that has folded nothing: behind the Genesis. */
const NOTHING_FOLDED = 1

interface Log {
  readonly topic: string
  readonly partitions: number
  readonly opened: OpenedLog
}

interface Opening extends Log {
  readonly clients: KafkaClients
}

/** Opens the topic, as below, and resolves to the producer that appends to it. */
export const openProducer = async (opening: Opening): Promise<Producer> => {
  const [admin, producer] = [opening.clients.admin(), opening.clients.producer()]
  try {
    await Promise.all([admin.connect(), producer.connect()])
    await openTopic(opening, admin, producer)
    return producer
  } catch (error) {
    await producer.disconnect().catch(() => undefined)
    throw error
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}

/**
 * Makes sure that the topic is the store's log: creates it for a store that has folded nothing, writes the Genesis of each empty partition, reads
 * the Genesis of all, and throws failed_precondition `FOREIGN_LOG` where one is another log's or records are missing.
 */
const openTopic = async (opening: Opening, admin: Admin, producer: Producer): Promise<void> => {
  const { clients, topic, partitions, opened } = opening
  const ends = await endsOfTopic(opening, admin)
  const empty = ends.filter(({ partition, high }) => high === 0 && isUnfolded(opened, partition))
  assertNothingLost(
    topic,
    ends.filter((end) => !empty.includes(end)),
    opened.bookmarks,
  )
  const genesis = { logId: opened.logId, partitions }
  if (empty.length > 0) await writeGenesis(producer, topic, empty, genesis)
  for (const first of await clients.firstRecords(ends.map(({ partition }) => partition))) {
    const why = whyForeign(first, genesis)
    if (why !== undefined) throw foreignTopic(topic, why)
  }
}

const isUnfolded = ({ bookmarks }: OpenedLog, partition: number): boolean =>
  (bookmarks.get(partition) ?? NOTHING_FOLDED) <= NOTHING_FOLDED

const endsOfTopic = async (
  { topic, partitions, opened }: Opening,
  admin: Admin,
): Promise<readonly PartitionEnds[]> => {
  let found = await countPartitions(admin, topic)
  if (found === undefined) {
    const isNew = [...opened.bookmarks.keys()].every((partition) => isUnfolded(opened, partition))
    if (!isNew) throw foreignTopic(topic, 'it does not exist, and votes were counted from it')
    await createTopic(admin, topic, partitions)
    found = await countPartitions(admin, topic)
  }
  if (found !== partitions) throw foreignTopic(topic, `it has ${found ?? 0} partitions, not ${partitions}`)
  return readEnds(admin, topic)
}

/** Throws `FOREIGN_LOG` when a partition no longer begins at its first record, or ends before its bookmark. */
export const assertNothingLost = (
  topic: string,
  ends: readonly PartitionEnds[],
  bookmarks: ReadonlyMap<number, number>,
): void => {
  for (const { partition, low, high } of ends) {
    const bookmark = bookmarks.get(partition) ?? 0
    if (low > 0)
      throw foreignTopic(topic, `partition ${partition} begins at offset ${low}, its Genesis is gone`)
    if (bookmark > high)
      throw foreignTopic(
        topic,
        `partition ${partition} ends at offset ${high}, and everything before ${bookmark} was folded`,
      )
  }
}

const writeGenesis = async (
  producer: Producer,
  topic: string,
  ends: readonly PartitionEnds[],
  genesis: { readonly logId: string; readonly partitions: number },
): Promise<void> => {
  const value = encodeGenesis(genesis)
  await producer.send({ topic, acks: -1, messages: ends.map(({ partition }) => ({ partition, value })) })
}
