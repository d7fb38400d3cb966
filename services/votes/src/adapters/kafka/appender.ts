import type { Clock } from '@votestream/runtime'
import type { Ballot, PollClose } from '../../domain/ballot.js'
import { partitionOf } from '../../domain/partition.js'
import type { Appended } from '../../domain/ports.js'
import type { Producer } from './kafka-client.js'
import { writingWhile } from './patch-request-queue.js'
import { encodeBallot, encodeClose } from './record-codec.js'
import { refused } from './refused.js'

/** DESIGN.md section 5: HTTP 3 s > gRPC 2.7 s > append 1.5 s. */
export const APPEND_WITHIN_MS = 1_500
/**
 * One request carries at most that many: more gains nothing a ballot and holds up what follows. Append, fold and verdict cost this process
 * 6,400 / 440 / 190 µs of CPU a ballot in calls of 1 / 32 / 128 (measured on a machine busy with others).
 */
const BATCH_MAX = 1_000
/** About two seconds of appending at full speed; who would wait longer is better told to come back. */
export const QUEUE_MAX = 20_000
const RETRY_MS = 50

/** What is to be appended. */
interface NewRecord {
  readonly partition: number
  readonly value: Buffer
  /** Epoch milliseconds; never, when it is missing. */
  readonly expiresAt?: number | undefined
}

/** One record on its way to the brokers. */
interface Sending {
  readonly partition: number
  readonly value: Buffer
  readonly expiresMs: number
  /** True once an attempt may have reached a broker. */
  maybeAppended: boolean
  settled: boolean
  settle(appended: Appended): void
}

interface Deps {
  readonly producer: Pick<Producer, 'send'>
  readonly topic: string
  readonly partitions: number
  readonly clock: Clock
  /** Told of every attempt whether the brokers answered. */
  readonly onAttempt: (succeeded: boolean) => void
}

/**
 * Appends ballots, and the ends of polls, by group commit: one produce request is under way at a time, and what comes meanwhile leaves with the next one. So the order
 * of the calls is the order in each partition, and under load a request carries many ballots. An attempt that failed is repeated within the
 * budget: a record that lies in the log twice counts once.
 */
export class Appender {
  readonly #deps: Deps
  #queue: Sending[] = []
  #inFlight: readonly Sending[] = []
  #running: Promise<void> | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Records that wait for a request or are in one. */
  get size(): number {
    return this.#queue.length + this.#inFlight.length
  }

  /** One answer for each ballot, in order, within 1.5 s. */
  append(ballots: readonly Ballot[]): Promise<readonly Appended[]> {
    const { partitions } = this.#deps
    return this.#append(
      ballots.map((ballot) => ({
        partition: partitionOf(ballot.pollId, ballot.ballotKey, partitions),
        value: encodeBallot(ballot),
        expiresAt: ballot.expiresAt,
      })),
    )
  }

  /** Appends the end of a poll to these partitions; as append. */
  close(close: PollClose, partitions: readonly number[]): Promise<readonly Appended[]> {
    const value = encodeClose(close)
    return this.#append(partitions.map((partition) => ({ partition, value })))
  }

  async #append(records: readonly NewRecord[]): Promise<readonly Appended[]> {
    if (this.size + records.length > QUEUE_MAX) return records.map(() => refused('OVERLOADED'))
    const { clock } = this.#deps
    const [nowMs, now] = [clock.monotonicMs(), clock.now()]
    const sendings: Sending[] = []
    const answers = records.map(
      (record) =>
        new Promise<Appended>((resolve) => {
          const leftMs = Math.min(APPEND_WITHIN_MS, (record.expiresAt ?? Infinity) - now)
          sendings.push(sendingOf(record, nowMs + leftMs, resolve))
        }),
    )
    this.#queue.push(...sendings)
    const timer = clock.setTimeout(() => this.#giveUp(sendings), APPEND_WITHIN_MS)
    this.#running ??= this.#run()
    const appended = await Promise.all(answers)
    timer.cancel()
    return appended
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    await this.#running
  }

  /**
   * Those whose time is not up. A process that stood still reads an answer before its timers run: what leaves then comes into the log after
   * somebody was told that it is not there.
   */
  #timely(sendings: readonly Sending[]): readonly Sending[] {
    const nowMs = this.#deps.clock.monotonicMs()
    this.#giveUp(sendings.filter(({ expiresMs }) => expiresMs <= nowMs))
    return sendings.filter(({ settled }) => !settled)
  }

  /** The time is up: whoever was in no request is certainly not in the log. */
  #giveUp(sendings: readonly Sending[]): void {
    for (const sending of sendings) {
      if (sending.settled) continue
      sending.settle(sending.maybeAppended ? { status: 'unknown' } : refused('UNAVAILABLE'))
    }
  }

  async #run(): Promise<void> {
    await Promise.resolve() // what this tick still appends comes along
    while (this.#queue.length > 0) {
      this.#inFlight = this.#timely(this.#queue.splice(0, BATCH_MAX))
      await this.#sendUntilSettled(this.#inFlight)
      this.#inFlight = []
    }
    this.#running = undefined
  }

  async #sendUntilSettled(batch: readonly Sending[]): Promise<void> {
    for (let rest = batch; rest.length > 0; rest = this.#timely(rest)) {
      if (await this.#attempt(rest)) return
      await this.#deps.clock.sleep(RETRY_MS)
    }
  }

  async #attempt(batch: readonly Sending[]): Promise<boolean> {
    const { producer, topic, clock, onAttempt } = this.#deps
    const untilMs = Math.min(...batch.map(({ expiresMs }) => expiresMs))
    let isLate = false as boolean
    const mayWrite = (): boolean => !(isLate ||= clock.monotonicMs() >= untilMs)
    batch.forEach((sending) => (sending.maybeAppended = true))
    try {
      const messages = batch.map(({ partition, value }) => ({ partition, value }))
      const send = () => producer.send({ topic, acks: -1, timeout: APPEND_WITHIN_MS, messages })
      const answers = await writingWhile(mayWrite, send)
      onAttempt(true)
      settleAt(batch, new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset)])))
      return true
    } catch {
      // Not even a refused connection is certain: kafkajs reconnects within an attempt, after the request may have been written.
      if (!isLate) onAttempt(false) // otherwise it was this process that stood still
      return false
    }
  }
}

const sendingOf = (
  { partition, value }: NewRecord,
  expiresMs: number,
  resolve: (appended: Appended) => void,
): Sending => ({
  ...{ partition, value, expiresMs, maybeAppended: false, settled: false },
  settle(appended) {
    this.settled = true
    resolve(appended)
  },
})

/** A partition's records got consecutive offsets, in the order of the request. */
const settleAt = (batch: readonly Sending[], offsets: Map<number, number>): void => {
  for (const sending of batch) {
    const { partition } = sending
    const offset = offsets.get(partition)
    if (offset === undefined || offset < 0) {
      sending.settle({ status: 'unknown' })
      continue
    }
    offsets.set(partition, offset + 1)
    if (!sending.settled) sending.settle({ status: 'appended', partition, offset })
  }
}
