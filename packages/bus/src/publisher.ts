import type { Clock, Logger, Scheduled } from '@votestream/runtime'
import { makeBackoff } from './backoff.js'
import type { Topic } from './bus.js'
import type { TopicItems } from './codec.js'
import type { BusMetrics } from './metrics.js'
import { makeOutbox, type Load, type Outbox } from './outbox.js'

export interface PublisherOptions<Message extends { readonly topic: Topic }> {
  /** Puts what leaves together into messages. */
  readonly messagesOf: (load: Load) => readonly Message[]
  /** Sends messages together and in order; rejects when it is not certain that they were sent. */
  readonly send: (messages: readonly Message[]) => Promise<void>
  /** For how long after so many messages nothing leaves: what bounds the cost of publishing. */
  readonly restMs: (messageCount: number) => number
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BusMetrics
}

/** Sends at once what comes alone; under load, what has gathered leaves together. One departure is under way at a time. */
export class Publisher<Message extends { readonly topic: Topic }> {
  readonly #options: PublisherOptions<Message>
  readonly #outbox: Outbox
  readonly #backoff = makeBackoff()
  #departure: Promise<boolean> | undefined
  #timer: Scheduled | undefined
  #notBeforeMs = 0
  #stopped = false

  constructor(options: PublisherOptions<Message>) {
    this.#options = options
    this.#outbox = makeOutbox((topic) => options.metrics.dropped.inc({ topic, cause: 'full' }))
  }

  add<T extends Topic>(topic: T, items: readonly TopicItems[T][]): void {
    if (this.#stopped) return
    for (const item of items) this.#outbox.add(topic, item)
    this.#wake()
  }

  /** Sends everything that waits, without heed of the pace; resolves when it is sent or given up. */
  async flush(): Promise<void> {
    let sent = true
    while (sent) {
      await this.#departure
      if (this.#departure !== undefined) continue
      if (this.#outbox.dueInMs(this.#nowMs()) === undefined) return
      sent = await this.#depart(true)
    }
  }

  /** Flushes, and sends nothing any more. */
  async stop(): Promise<void> {
    await this.flush()
    this.#stopped = true
    this.#timer?.cancel()
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs()
  }

  #wake(): void {
    if (this.#stopped || this.#departure !== undefined) return
    const nowMs = this.#nowMs()
    const dueInMs = this.#outbox.dueInMs(nowMs)
    if (dueInMs === undefined) return
    const waitMs = Math.max(dueInMs, this.#notBeforeMs - nowMs)
    this.#timer?.cancel()
    if (waitMs <= 0) void this.#depart(false)
    else this.#timer = this.#options.clock.setTimeout(() => void this.#depart(false), waitMs)
  }

  /** Resolves to whether what left arrived; what did not waits again. */
  #depart(heedless: boolean): Promise<boolean> {
    this.#timer?.cancel()
    this.#departure = this.#sendWhatIsDue(heedless).finally(() => {
      this.#departure = undefined
      this.#wake()
    })
    return this.#departure
  }

  async #sendWhatIsDue(heedless: boolean): Promise<boolean> {
    await Promise.resolve() // what this tick still adds comes along
    const { messagesOf, send, restMs, logger, metrics } = this.#options
    const load = this.#outbox.take(this.#nowMs(), heedless)
    const messages = messagesOf(load)
    try {
      if (messages.length > 0) await send(messages)
    } catch (error) {
      this.#outbox.putBack(load)
      if (!this.#backoff.failing) logger.warn({ err: error }, 'the bus cannot publish')
      this.#notBeforeMs = this.#nowMs() + this.#backoff.fail()
      return false
    }
    if (this.#backoff.failing) logger.info('the bus publishes again')
    this.#backoff.succeed()
    this.#notBeforeMs = this.#nowMs() + restMs(messages.length)
    for (const { topic } of messages) metrics.sent.inc({ topic })
    return true
  }
}
