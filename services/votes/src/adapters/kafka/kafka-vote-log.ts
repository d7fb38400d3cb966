import { AppError } from '@votestream/errors'
import type { Clock, Component, Logger } from '@votestream/runtime'
import { systemClock } from '@votestream/runtime'
import type { Ballot, PollClose } from '../../domain/ballot.js'
import type { Appended, Fold, OpenedLog, VoteLog, VoteStore } from '../../domain/ports.js'
import { Appender } from './appender.js'
import { BrokerWatch } from './broker-watch.js'
import { ConsumerKeeper } from './consumer-keeper.js'
import { FoldConsumer } from './fold-consumer.js'
import { FoldGroup } from './fold-group.js'
import { kafkaClients, type KafkaSecurity } from './kafka-client.js'
import { LogLook } from './log-look.js'
import { mayHoldUnfolded } from './may-hold.js'
import { openProducer } from './open-topic.js'
import { refused } from './refused.js'
import { RenewedProducer } from './renewed-producer.js'
import { appendOrShed } from './shed.js'
import { StoreTrouble } from './store-trouble.js'
import { brokersUnavailable, type PartitionEnds } from './topic.js'

const RETRY_AFTER_MS = 1_000
const OPEN_AGAIN_MS = 500
/** A client whose brokers are away may take its whole timeouts to end; nobody waits longer for it. */
const STOP_WITHIN_MS = 3_000

export interface KafkaVoteLogOptions extends KafkaSecurity {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly partitions: number
  readonly clientId: string
  readonly store: Pick<VoteStore, 'openLog' | 'readBookmarks'>
  readonly logger: Logger
  readonly clock?: Clock
  /** How long the oldest waiter of a partition has waited for its verdict, in milliseconds; 0 when nobody waits. */
  readonly oldestWaitMs: (partition: number) => number
  /** Called with the partitions that this process folds from now on. */
  readonly onAssigned?: (partitions: readonly number[]) => void
  /** Called when this process must not go on: the store belongs to another log, or the consumer hangs. */
  readonly onFatal: (error: Error) => void
}

export interface KafkaVoteLog extends VoteLog, Component {
  start(): Promise<void>
  stop(): Promise<void>
  /** True when a ballot would be taken now. */
  readonly open: boolean
  /** True while the brokers answer. */
  readonly reachable: boolean
  /** True from a failed fold until one succeeds. */
  readonly foldFailing: boolean
  /** Records of this process's partitions that are not folded yet, by partition, as of the last look. */
  readonly lag: ReadonlyMap<number, number>
  /** For how long records have been waiting for their fold, in milliseconds, by partition, whoever folds it. */
  readonly waitingMs: ReadonlyMap<number, number>
  /** True once the topic was found not to be the log that the store was counted from: nothing is folded or accepted. */
  readonly foreign: boolean
}

/** The log as a Kafka topic: one record a vote, `acks=all`, offsets in the store (DESIGN.md sections 1.4 and 1.5). */
export const kafkaVoteLog = (options: KafkaVoteLogOptions): KafkaVoteLog => new Log(options)

class Log implements KafkaVoteLog {
  readonly durable = true
  readonly #options: KafkaVoteLogOptions
  readonly #clock: Clock
  readonly #stopped = new AbortController()
  readonly #watch: BrokerWatch
  readonly #keeper: ConsumerKeeper
  readonly #clients: ReturnType<typeof kafkaClients>
  readonly #reading: StoreTrouble
  readonly #log: LogLook
  #group: FoldGroup | undefined
  #producer: RenewedProducer | undefined
  #appender: Appender | undefined
  #opened: OpenedLog | undefined
  #opening: Promise<void> | undefined
  #foreign = false
  #assigned: readonly number[] = []

  constructor(options: KafkaVoteLogOptions) {
    this.#options = options
    const { logger, clock = systemClock, topic, onFatal } = options
    this.#clock = clock
    this.#clients = kafkaClients(options)
    this.#reading = new StoreTrouble({
      clock,
      onChange: (err) => err && logger.warn({ err }, 'bookmarks cannot be read'),
    })
    this.#log = new LogLook({ topic, clock, readBookmarks: () => this.#readBookmarks() })
    this.#watch = new BrokerWatch({
      ...{ openAdmin: () => this.#clients.admin(), topic, clock },
      onEnds: (...ends) => void this.#look(...ends),
      onChange: (up, err) =>
        up ? logger.info('Kafka answers') : logger.error({ err }, 'Kafka does not answer'),
    })
    this.#keeper = new ConsumerKeeper({
      ...{ build: ({ onCrash }) => this.#consumer(onCrash), clock, logger },
      ...{ brokersUp: () => this.#watch.up, onFatal },
    })
  }

  get open(): boolean {
    return this.#appender !== undefined && this.#watch.up && !this.#foreign && !this.#stopped.signal.aborted
  }

  get reachable(): boolean {
    return this.#watch.up
  }

  get foldFailing(): boolean {
    return this.#reading.present || (this.#group?.failing ?? false)
  }

  get foreign(): boolean {
    return this.#foreign
  }

  get waitingMs(): ReadonlyMap<number, number> {
    return this.#log.waitingMs
  }

  get lag(): ReadonlyMap<number, number> {
    return new Map([...this.#log.lag].filter(([partition]) => this.#assigned.includes(partition)))
  }

  run(fold: Fold): void {
    const { logger } = this.#options
    const onFolded = (): void => this.#reading.over()
    this.#group = new FoldGroup({ fold, onFolded, clock: this.#clock, logger })
  }

  async append(ballots: readonly Ballot[]): Promise<readonly Appended[]> {
    const appender = this.open ? this.#appender : undefined
    if (!appender) return ballots.map(() => refused('UNAVAILABLE'))
    if (this.foldFailing) return appender.append(ballots) // 202 is said at once, and the log keeps the vote
    const append = (each: readonly Ballot[]) => appender.append(each)
    return appendOrShed(ballots, { ...this.#options, append })
  }

  close(close: PollClose, partitions: readonly number[]): Promise<readonly Appended[]> {
    const appender = this.open ? this.#appender : undefined
    return appender
      ? appender.close(close, partitions)
      : Promise.resolve(partitions.map(() => refused('UNAVAILABLE')))
  }

  async mayHold(): Promise<boolean> {
    const { store } = this.#options
    if (!this.#appender || this.#foreign) throw brokersUnavailable(RETRY_AFTER_MS)
    return mayHoldUnfolded({ watch: this.#watch, store, clock: this.#clock })
  }

  start(): Promise<void> {
    this.#watch.start()
    this.#opening ??= this.#openWhenPossible()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    const limit = new AbortController()
    const stopping = (async () => {
      await this.#opening
      await this.#appender?.idle()
      const consumer = this.#keeper.stop().then(() => this.#group?.stop())
      const producer = this.#producer?.disconnect()
      await Promise.all([consumer, producer, this.#watch.stop()])
    })()
    await Promise.race([stopping, this.#clock.sleep(STOP_WITHIN_MS, limit.signal).catch(() => undefined)])
    limit.abort()
  }

  async #openWhenPossible(): Promise<void> {
    const { logger, onFatal } = this.#options
    let told = ''
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#open()
        logger.info({ topic: this.#options.topic, logId: this.#opened?.logId }, 'the log is open')
        return
      } catch (error) {
        if (isForeign(error)) {
          if (this.#opened) this.#refuseAll(error)
          else onFatal(error)
          return
        }
        // Brokers that come up and then refuse us are another reason.
        const { message } = error as Error
        if (message !== told) logger.warn({ err: error }, 'the log cannot be opened yet')
        told = message
        await this.#clock.sleep(OPEN_AGAIN_MS, this.#stopped.signal).catch(() => undefined)
      }
    }
  }

  async #open(): Promise<void> {
    const { store, topic, partitions } = this.#options
    const opened = await store.openLog('kafka', partitions)
    this.#opened = opened
    const first = await openProducer({ clients: this.#clients, topic, partitions, opened })
    const open = () => this.#clients.producer()
    const producer = new RenewedProducer({ first, open, clock: this.#clock })
    this.#producer = producer
    if (this.#stopped.signal.aborted) return
    this.#appender = new Appender({
      ...{ producer, topic, partitions, clock: this.#clock },
      onAttempt: (succeeded) => succeeded || this.#watch.failed(),
    })
    this.#keeper.start()
  }

  #consumer(onCrash: (error: Error) => void): FoldConsumer {
    const { topic, partitions, logger, onAssigned } = this.#options
    const [opened, group] = [this.#opened, this.#group]
    if (!opened || !group) throw new Error('the log is not open, or nobody folds')
    return new FoldConsumer({
      ...{ consumer: this.#clients.consumer(), topic, group, clock: this.#clock, logger, onCrash },
      genesis: { logId: opened.logId, partitions },
      readBookmarks: () => this.#readBookmarks(),
      onAssigned: (assigned) => {
        this.#assigned = assigned
        logger.info({ partitions: assigned }, 'partitions assigned')
        onAssigned?.(assigned)
      },
      onForeign: (error) => this.#refuseAll(error),
    })
  }

  #readBookmarks(): Promise<ReadonlyMap<number, number>> {
    return this.#reading.watch(() => this.#options.store.readBookmarks())
  }

  async #look(ends: readonly PartitionEnds[], askedMs: number): Promise<void> {
    const group = this.#group
    if (!this.#appender || this.#foreign || !group) return
    try {
      if (!(await this.#log.at(ends, askedMs))) return
      const lag = [...this.lag.values()].reduce((sum, each) => sum + each, 0)
      this.#keeper.look({ lag, lastFoldMs: group.lastFoldMs, failing: group.failing })
    } catch (error) {
      this.#refuseAll(error as Error)
    }
  }

  /** Records are missing, or these are not ours: nothing is folded or accepted until a person has decided. What was counted can still be read. */
  #refuseAll(error: Error): void {
    if (this.#foreign) return
    this.#foreign = true
    this.#options.logger.fatal({ err: error }, 'the log is lost or foreign: nothing is folded or accepted')
    void this.#keeper.stop()
  }
}

const isForeign = (error: unknown): error is AppError =>
  error instanceof AppError && error.reason === 'FOREIGN_LOG'
