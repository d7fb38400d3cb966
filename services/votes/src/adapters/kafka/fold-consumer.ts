import type { Clock, Logger } from '@votestream/runtime'
import type { EachBatchPayload } from 'kafkajs'
import type { PartitionBatch } from '../../domain/fold.js'
import type { FoldGroup, StretchOutcome } from './fold-group.js'
import type { Consumer } from './kafka-client.js'
import { whyForeign } from './genesis-check.js'
import { decodeRecord, type Genesis } from './record-codec.js'
import { foreignTopic } from './topic.js'

/** Well below the 6 s after which the group drops a silent member. */
const HEARTBEAT_WHILE_FOLDING_MS = 2_000
/** The store's pool notices its return within a second (C7). */
const READ_AGAIN_MS = 200
/** A partition whose bookmark somebody else holds is asked for again this often. */
const BUSY_PAUSE_MS = 100

interface Deps {
  readonly consumer: Consumer
  readonly topic: string
  readonly genesis: Genesis
  readonly group: FoldGroup
  readonly clock: Clock
  readonly logger: Logger
  readonly readBookmarks: () => Promise<ReadonlyMap<number, number>>
  /** The partitions that this process folds from now on. */
  readonly onAssigned: (partitions: readonly number[]) => void
  /** The consumer has ended by itself. */
  readonly onCrash: (error: Error) => void
  /** The topic is not the store's log: nothing more is folded. */
  readonly onForeign: (error: Error) => void
}

/**
 * One member of the consumer group. Offsets live in the store, never in the group: each assignment begins at offset 0, where the Genesis lies,
 * and goes on at the store's bookmark. A fetch is folded as one, all its partitions together.
 */
export class FoldConsumer {
  readonly #deps: Deps
  /** Of the assignment that is valid now: the offset to fold next, of partitions whose Genesis was read. */
  #expected = new Map<number, number>()
  readonly #stopping = new AbortController()
  /** What a stop interrupts; one signal for all would keep what ever listened to it. */
  readonly #waits = new Set<AbortController>()
  #starting: Promise<void> | undefined

  constructor(deps: Deps) {
    this.#deps = deps
    const { consumer, topic } = deps
    consumer.on('consumer.group_join', ({ payload }) => {
      const assigned = payload.memberAssignment[topic] ?? []
      this.#expected = new Map()
      // A seek that the assignment before has left would skip the Genesis of this one.
      for (const partition of assigned) this.#seek(partition, 0)
      deps.onAssigned(assigned)
    })
    consumer.on('consumer.crash', ({ payload }) => {
      if (!this.#stopped) deps.onCrash(payload.error)
    })
  }

  start(): Promise<void> {
    this.#starting = this.#start()
    return this.#starting
  }

  /** Leaves the group, so that its other members take over at once. */
  async stop(): Promise<void> {
    this.#end()
    // kafkajs cannot end a consumer that is still joining: it would come back.
    await this.#starting?.catch(() => undefined)
    await this.#deps.consumer.disconnect().catch(() => undefined)
  }

  #end(): void {
    this.#stopping.abort()
    for (const wait of this.#waits) wait.abort()
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted
  }

  async #start(): Promise<void> {
    const { consumer, topic, genesis } = this.#deps
    await consumer.connect()
    if (!this.#stopped) await consumer.subscribe({ topic, fromBeginning: true })
    if (this.#stopped) return
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: genesis.partitions,
      eachBatch: (payload) => this.#take(payload),
    })
  }

  async #take(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload
    if (this.#stopped || payload.isStale() || !payload.isRunning()) return
    if (this.#isForeign(batch)) return
    const expected = this.#expected
    const next = expected.get(batch.partition) ?? (await this.#begin(payload))
    // The group may have shared its partitions anew meanwhile.
    if (next === undefined || expected !== this.#expected) return
    expected.set(batch.partition, next)
    const stretch = stretchOf(batch, next)
    if (stretch) await this.#fold(payload, stretch)
    else this.#seek(batch.partition, next)
  }

  /** Checks what an assignment, or a log that was reset, begins with. */
  #isForeign({ partition, messages }: Batch): boolean {
    const { genesis, topic, onForeign } = this.#deps
    const [record] = messages
    if (!record) return false
    const first = { partition, offset: Number(record.offset), value: record.value }
    if (first.offset > 0 && this.#expected.has(partition)) return false
    const why = whyForeign(first, genesis)
    if (why === undefined) return false
    this.#end()
    onForeign(foreignTopic(topic, why))
    return true
  }

  /** The store's bookmark of a partition whose Genesis was read; undefined when the consumer is stopped. */
  async #begin(payload: EachBatchPayload): Promise<number | undefined> {
    const bookmarks = await this.#beating(payload, this.#untilRead())
    return bookmarks?.get(payload.batch.partition)
  }

  /** Waits while the store is away. */
  async #untilRead(): Promise<ReadonlyMap<number, number> | undefined> {
    const { readBookmarks, clock } = this.#deps
    while (!this.#stopped) {
      try {
        return await readBookmarks()
      } catch {
        await clock.sleep(READ_AGAIN_MS, this.#stopping.signal).catch(() => undefined)
      }
    }
    return undefined
  }

  async #fold(payload: EachBatchPayload, stretch: PartitionBatch): Promise<void> {
    const { partition } = stretch
    const expected = this.#expected
    const outcome = await this.#untilFolded(payload, stretch)
    if (expected !== this.#expected || this.#stopped) return
    if (outcome.status === 'folded') {
      expected.set(partition, stretch.next)
      payload.resolveOffset(String(stretch.next - 1))
    } else if (outcome.status === 'fenced') {
      expected.set(partition, outcome.bookmark)
      this.#seek(partition, outcome.bookmark)
    } else {
      const resume = payload.pause()
      this.#seek(partition, stretch.from)
      this.#deps.clock.setTimeout(() => this.#stopped || resume(), BUSY_PAUSE_MS)
    }
  }

  async #untilFolded(payload: EachBatchPayload, stretch: PartitionBatch): Promise<StretchOutcome> {
    const { outcome, abandon } = this.#deps.group.fold(stretch)
    try {
      return await this.#beating(payload, outcome)
    } finally {
      abandon()
    }
  }

  /** Tells the group all the while that this member lives; what the group answers, or a stop, may end the wait: then the batch is given up. */
  async #beating<T>(payload: EachBatchPayload, pending: Promise<T>): Promise<T> {
    const awaited = { over: false }
    const ended = pending.finally(() => (awaited.over = true))
    const wait = new AbortController()
    this.#waits.add(wait)
    try {
      for (;;) {
        const pause = this.#deps.clock.sleep(HEARTBEAT_WHILE_FOLDING_MS, wait.signal).catch(() => undefined)
        await Promise.race([ended, pause])
        if (awaited.over) return await pending
        if (this.#stopped) throw new Error('the consumer is stopped')
        await payload.heartbeat()
      }
    } finally {
      wait.abort()
      this.#waits.delete(wait)
    }
  }

  #seek(partition: number, offset: number): void {
    this.#deps.consumer.seek({ topic: this.#deps.topic, partition, offset: String(offset) })
  }
}

type Batch = EachBatchPayload['batch']

/** What a batch has from the expected offset on; undefined when it has nothing there. */
const stretchOf = ({ partition, messages }: Batch, from: number): PartitionBatch | undefined => {
  const first = Number(messages[0]?.offset ?? -1)
  const next = Number(messages.at(-1)?.offset ?? -1) + 1
  if (first < 0 || first > from || next <= from) return undefined
  const wanted = messages.filter(({ offset }) => Number(offset) >= from)
  const records = wanted.map(({ value, offset }) => decodeRecord(value, partition, Number(offset)))
  const ballots = records.flatMap((record) => ('ballot' in record ? [record.ballot] : []))
  const closes = records.flatMap((record) => ('close' in record ? [record.close] : []))
  return { partition, from, next, ballots, ...(closes.length > 0 && { closes }) }
}
