import type { EachBatchPayload } from 'kafkajs'
import type { SimProcess } from '../kernel/process.js'
import { connectionError, type Brokers } from './brokers.js'
import { isSought, messagesFor, type Fetcher } from './fetcher.js'

/** kafkajs' retries are used up after about that long. */
const CRASH_AFTER_MS = { from: 1_500, spread: 1_000 }
const REJOIN_MS = 100
const FETCH_MS = 4
/** A batch of nothing new is fetched again after this, so that the model does not spin. */
const AGAIN_MS = 20
type EachBatch = (payload: EachBatchPayload) => Promise<void>
type Listener = (event: { readonly payload: object }) => void

/** kafkajs' consumer: a member of the group that fetches each of its partitions by itself. */
export class ConsumerModel {
  readonly #kafka: Brokers
  readonly #process: SimProcess
  readonly #listeners = new Map<string, Listener[]>()
  #id = ''
  #fetchers = new Map<number, Fetcher>()
  #eachBatch: EachBatch | undefined
  #fromBeginning = false
  #ended = false
  #joining = false
  /** The group was shared anew while this member's answer was on its way. */
  #joinAgain = false
  #forgetTopic = (): void => undefined

  constructor(kafka: Brokers, process: SimProcess) {
    this.#kafka = kafka
    this.#process = process
  }

  on(event: string, listener: Listener): () => void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener])
    return () => undefined
  }

  connect(): Promise<void> {
    return this.#process.exchange('kafka: consumer connects', () => undefined, connectionError)
  }

  subscribe({ fromBeginning }: { readonly fromBeginning: boolean }): Promise<void> {
    this.#fromBeginning = fromBeginning
    return this.#process.exchange('kafka: metadata', () => undefined, connectionError)
  }

  async run({ eachBatch }: { readonly eachBatch: EachBatch }): Promise<void> {
    this.#eachBatch = eachBatch
    this.#forgetTopic = this.#kafka.topic.onAppend((partition) => this.#wake(partition))
    await this.#join(true)
  }

  seek({ partition, offset }: { readonly partition: number; readonly offset: string }): void {
    const fetcher = this.#fetchers.get(partition)
    if (!fetcher) return
    fetcher.sought = Number(offset)
    this.#wake(partition)
  }

  disconnect(): Promise<void> {
    const id = this.#end()
    const leave = (): void => this.#kafka.group.leave(id)
    return this.#process.exchange('kafka: leave group', leave, connectionError)
  }

  /** The brokers are away: if they stay so, the client gives up. */
  brokersAway(): void {
    const { world } = this.#kafka
    const afterMs = CRASH_AFTER_MS.from + world.kernel.random.next() * CRASH_AFTER_MS.spread
    this.#process.deliver(afterMs, 'kafka: gives up', () => {
      if (this.#ended || !this.#eachBatch || !world.climate.isAway('kafka')) return
      this.#crash(connectionError())
    })
  }

  #crash(error: Error): void {
    this.#end()
    this.#kafka.world.coverage.count('consumer crashed')
    const cause = Object.assign(new Error(error.message, { cause: error }), {
      name: 'KafkaJSNumberOfRetriesExceeded',
    })
    this.#emit('consumer.crash', { error: cause })
  }

  #end(): string {
    this.#ended = true
    this.#forgetTopic()
    this.#fetchers = new Map()
    this.#kafka.group.expire(this.#id)
    return this.#id
  }

  #emit(event: string, payload: object): void {
    this.#listeners.get(event)?.forEach((listener) => listener({ payload }))
  }

  /** Joins the group, again and again until it is heard; the first time a failure is the caller's. */
  async #join(first: boolean): Promise<void> {
    if (this.#joining) this.#joinAgain = true
    if (this.#joining || this.#ended) return
    this.#joining = true
    this.#joinAgain = false
    try {
      const { generation, partitions } = await this.#process.request<Assignment>(
        'kafka: join group',
        this.#asMember,
        connectionError,
      )
      this.#joining = false
      this.#joined(generation, partitions)
    } catch (error) {
      this.#joining = false
      if (first) throw error
      this.#process.clock.setTimeout(() => void this.#join(false), REJOIN_MS)
    }
  }

  #joined(generation: number, partitions: readonly number[]): void {
    if (this.#ended) return
    if (this.#joinAgain) void this.#join(false)
    else this.#begin(generation, partitions)
  }

  readonly #asMember = (reply: (result: () => Assignment) => void): void => {
    const { group, world } = this.#kafka
    if (this.#id === '') this.#id = `${this.#process.name}/${world.kernel.random.below(1_000_000)}`
    let told = false
    const onAssigned = (generation: number, partitions: readonly number[]): void => {
      if (told) return
      told = true
      reply(() => ({ generation, partitions }))
    }
    group.join({
      id: this.#id,
      process: this.#process,
      onRebalance: () => void this.#join(false),
      onAssigned,
    })
    // What was on its way when its sender ended is a member for whom nobody beats.
    if (this.#ended || !this.#process.alive) group.expire(this.#id)
  }

  #begin(generation: number, partitions: readonly number[]): void {
    const { topic } = this.#kafka
    const start = (partition: number): number => (this.#fromBeginning ? 0 : topic.endOf(partition))
    this.#fetchers = new Map(
      partitions.map((partition) => {
        // A seek that no fetch has obeyed outlives its assignment.
        const sought = this.#fetchers.get(partition)?.sought
        const idle = { sought, busy: false, paused: false }
        return [partition, { partition, generation, position: start(partition), ...idle }]
      }),
    )
    this.#emit('consumer.group_join', { memberAssignment: { votes: partitions } })
    partitions.forEach((partition) => this.#wake(partition))
  }

  /** Fetches soon, unless that is under way or there is nothing. */
  #wake(partition: number, afterMs = 0): void {
    const fetcher = this.#fetchers.get(partition)
    if (!fetcher || fetcher.busy || fetcher.paused) return
    const { world, topic } = this.#kafka
    if ((fetcher.sought ?? fetcher.position) >= topic.endOf(partition)) return
    fetcher.busy = true
    const waitMs = world.climate.standsStillMs('kafka') + world.kernel.random.next() * FETCH_MS + afterMs
    this.#process.deliver(waitMs, `kafka: batch of ${partition}`, () => void this.#take(fetcher))
  }

  async #take(fetcher: Fetcher): Promise<void> {
    if (this.#fetchers.get(fetcher.partition) !== fetcher || !this.#eachBatch) return
    if (this.#kafka.world.climate.isAway('kafka')) {
      this.#again(fetcher, REJOIN_MS)
      return
    }
    fetcher.position = fetcher.sought ?? fetcher.position
    fetcher.sought = undefined
    const before = fetcher.position
    try {
      await this.#eachBatch(this.#payload(fetcher))
    } catch (error) {
      this.#failed(fetcher, error as Error)
      return
    }
    const isMoved = fetcher.position !== before || isSought(fetcher)
    this.#again(fetcher, isMoved ? 0 : AGAIN_MS)
  }

  #again(fetcher: Fetcher, afterMs: number): void {
    fetcher.busy = false
    if (this.#fetchers.get(fetcher.partition) === fetcher) this.#wake(fetcher.partition, afterMs)
  }

  #failed(fetcher: Fetcher, error: Error): void {
    if (this.#ended || this.#fetchers.get(fetcher.partition) !== fetcher) return
    const { type } = error as { readonly type?: string }
    if (type === undefined) {
      this.#crash(error)
      return
    }
    if (type === 'UNKNOWN_MEMBER_ID') {
      this.#kafka.group.expire(this.#id) // a join of that name may be under way: nobody beats for it
      this.#id = ''
    }
    this.#fetchers = new Map()
    void this.#join(false)
  }

  #payload(fetcher: Fetcher): EachBatchPayload {
    const { partition, generation } = fetcher
    const isCurrent = (): boolean => this.#fetchers.get(partition) === fetcher
    const payload = {
      batch: { topic: 'votes', partition, messages: messagesFor(this.#kafka, fetcher) },
      isRunning: () => !this.#ended,
      isStale: () => !isCurrent() || fetcher.sought !== undefined,
      heartbeat: () =>
        this.#process.exchange(
          'kafka: heartbeat',
          () => this.#kafka.group.heartbeat(this.#id, generation),
          connectionError,
        ),
      resolveOffset: (offset: string) => {
        if (fetcher.sought === undefined) fetcher.position = Number(offset) + 1
      },
      pause: () => {
        fetcher.paused = true
        return () => {
          fetcher.paused = false
          if (isCurrent()) this.#wake(partition)
        }
      },
    }
    return payload as unknown as EachBatchPayload
  }
}

interface Assignment {
  readonly generation: number
  readonly partitions: readonly number[]
}
