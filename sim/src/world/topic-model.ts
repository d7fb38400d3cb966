import { decodeRecord } from '@votestream/votes/adapters/kafka/record-codec.js'
import type { LoggedBallot, LoggedClose } from '@votestream/votes/domain/ballot.js'
import type { World } from './world.js'

/** The records of one Kafka topic, and who is to know of new ones. */
export class TopicModel {
  readonly #world: World
  #partitions: Buffer[][] | undefined
  readonly #listeners = new Set<(partition: number) => void>()
  /** How often each vote id was appended. */
  readonly #copies = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
  }

  /** Undefined while there is no such topic. */
  get partitions(): number | undefined {
    return this.#partitions?.length
  }

  create(partitions: number): void {
    this.#partitions ??= Array.from({ length: partitions }, () => [])
  }

  endOf(partition: number): number {
    return this.#partitions?.[partition]?.length ?? 0
  }

  read(partition: number, from: number, to: number): readonly Buffer[] {
    return this.#partitions?.[partition]?.slice(from, to) ?? []
  }

  /** The offset that the record got. */
  append(partition: number, value: Buffer): number {
    const records = this.#partitions?.[partition]
    if (!records) throw new Error('UNKNOWN_TOPIC_OR_PARTITION')
    const offset = records.push(value) - 1
    const record = decodeRecord(value, partition, offset)
    if ('ballot' in record) this.#note(record.ballot)
    this.#listeners.forEach((tell) => tell(partition))
    return offset
  }

  /** All ballots and ends of polls in the order in which they count: by partition, by offset. */
  entries(): readonly ({ readonly ballot: LoggedBallot } | { readonly close: LoggedClose })[] {
    return (this.#partitions ?? []).flatMap((records, partition) =>
      records.flatMap((value, offset) => {
        const record = decodeRecord(value, partition, offset)
        return 'ballot' in record || 'close' in record ? [record] : []
      }),
    )
  }

  holds(voteId: string): boolean {
    return this.#copies.has(voteId)
  }

  onAppend(tell: (partition: number) => void): () => void {
    this.#listeners.add(tell)
    return () => void this.#listeners.delete(tell)
  }

  #note({ voteId }: LoggedBallot): void {
    const copies = (this.#copies.get(voteId) ?? 0) + 1
    this.#copies.set(voteId, copies)
    if (copies > 1) this.#world.coverage.count('duplicate record')
  }
}
