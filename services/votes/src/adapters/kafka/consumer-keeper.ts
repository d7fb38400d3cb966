import type { Clock, Logger } from '@votestream/runtime'
import type { FoldConsumer } from './fold-consumer.js'

/** A consumer that ended is built anew after this; members of the group rejoin within a second of the brokers' return (C7). */
const REBUILD_MS = 500
/** Lag and no fold for this long, though the store answers: the consumer hangs. */
export const STALLED_MS = 15_000

interface Deps {
  readonly build: (events: { readonly onCrash: (error: Error) => void }) => FoldConsumer
  readonly clock: Clock
  readonly logger: Logger
  /** True while the brokers answer. */
  readonly brokersUp: () => boolean
  readonly onFatal: (error: Error) => void
}

/**
 * Keeps one consumer running. One that ends while the brokers are away is built anew; one that ends while they answer ends the process, because
 * nobody knows why. One that stalls is built anew, and ends the process when that did not help.
 */
export class ConsumerKeeper {
  readonly #deps: Deps
  readonly #stopped = new AbortController()
  #consumer: FoldConsumer | undefined
  #rebuilding: Promise<void> | undefined
  #stalls = 0
  #quietSinceMs: number | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  start(): void {
    if (this.#stopped.signal.aborted) return
    const consumer = this.#deps.build({ onCrash: (error) => this.#rebuild(consumer, error) })
    this.#consumer = consumer
    consumer.start().catch((error: unknown) => this.#rebuild(consumer, error as Error))
  }

  /** Call regularly: says whether records wait, and when the last ones were folded. */
  look({ lag, lastFoldMs, failing }: { lag: number; lastFoldMs: number; failing: boolean }): void {
    const { clock, logger, onFatal } = this.#deps
    const nowMs = clock.monotonicMs()
    if (lag === 0 || failing) {
      this.#quietSinceMs = undefined
      if (lag === 0) this.#stalls = 0
      return
    }
    this.#quietSinceMs = Math.max(this.#quietSinceMs ?? nowMs, lastFoldMs)
    if (nowMs - this.#quietSinceMs < STALLED_MS) return
    this.#quietSinceMs = nowMs
    this.#stalls += 1
    if (this.#stalls > 1) {
      onFatal(new Error(`${lag} records wait and none was folded for ${2 * STALLED_MS} ms`))
      return
    }
    logger.error({ lag }, 'the consumer has stalled and is built anew')
    if (this.#consumer) this.#rebuild(this.#consumer, undefined)
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#rebuilding
    await this.#consumer?.stop()
  }

  #rebuild(consumer: FoldConsumer, error: Error | undefined): void {
    if (consumer !== this.#consumer || this.#rebuilding || this.#stopped.signal.aborted) return
    const { clock, logger, brokersUp, onFatal } = this.#deps
    if (error && brokersUp() && !isPassing(error)) {
      onFatal(error)
      return
    }
    if (error) logger.warn({ err: error }, 'the consumer has ended and is built anew')
    this.#rebuilding = (async () => {
      await consumer.stop()
      await clock.sleep(REBUILD_MS, this.#stopped.signal).catch(() => undefined)
    })().finally(() => {
      this.#rebuilding = undefined
      this.start()
    })
  }
}

/** The brokers went away, could not be reached, or changed their roles, or the group was too restless: nothing is wrong with us. */
const isPassing = (error: Error): boolean => {
  if (error.cause instanceof Error) return isPassing(error.cause)
  const { name, type = '', retriable } = error as Error & { type?: string; retriable?: boolean }
  return (
    retriable === true ||
    /Connection|Timeout|Broker|Metadata|Coordinator/.test(name) ||
    /MEMBER|GENERATION|REBALANCE|COORDINATOR/.test(type)
  )
}
