import type { Clock } from '@votestream/runtime'
import { REQUEST_TIMEOUT_MS, type Admin } from './kafka-client.js'
import { readEnds, type PartitionEnds } from './topic.js'

/** While the brokers are away they are asked twice a second: votes are taken again within a second of their return (C7). */
const DOWN_INTERVAL_MS = 500
/** While all is well: notices brokers that freeze while nobody votes, and tells lag and losses. */
const UP_INTERVAL_MS = 2_000
/** Brokers that answer questions but refuse appends (too few replicas, for example) are not tried by every vote. */
const CLOSED_AFTER_FAILURE_MS = 500
/** A healthy broker answers in a few milliseconds. */
const ANSWER_WITHIN_MS = REQUEST_TIMEOUT_MS

interface Deps {
  readonly openAdmin: () => Admin
  readonly topic: string
  readonly clock: Clock
  /** Hears regularly where the topic's partitions end, and when (monotonic) this was asked; before an append may find the brokers up. */
  readonly onEnds: (ends: readonly PartitionEnds[], askedMs: number) => void
  readonly onChange: (up: boolean, why?: unknown) => void
}

/** Knows whether the brokers answer: the breaker of the append, and the word of /health. */
export class BrokerWatch {
  readonly #deps: Deps
  readonly #stopped = new AbortController()
  #admin: Promise<Admin> | undefined
  #running: Promise<void> | undefined
  #up = false
  #upSinceMs = 0
  #closedUntilMs = -Infinity
  #hurry = new AbortController()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  get up(): boolean {
    return this.#up
  }

  /** How long the brokers have answered without a failure. */
  get upForMs(): number {
    return this.#up ? this.#deps.clock.monotonicMs() - this.#upSinceMs : 0
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#hurry.abort()
    await this.#running
    await this.#close()
  }

  /** An append failed: nothing more is sent until the brokers have answered a question. */
  failed(): void {
    this.#closedUntilMs = this.#deps.clock.monotonicMs() + CLOSED_AFTER_FAILURE_MS
    this.#set(false)
    this.#hurry.abort()
  }

  /** Where the partitions end, as of now or later; rejects when the brokers do not say. */
  async ends(): Promise<readonly PartitionEnds[]> {
    try {
      return await this.#ask()
    } catch (error) {
      this.#set(false, error)
      await this.#close() // its connection may be the problem
      throw error
    }
  }

  async #run(): Promise<void> {
    const { clock, onEnds } = this.#deps
    while (!this.#stopped.signal.aborted) {
      const askedMs = clock.monotonicMs()
      try {
        onEnds(await this.ends(), askedMs)
        if (clock.monotonicMs() >= this.#closedUntilMs) this.#set(true)
      } catch {
        // #set has told
      }
      this.#hurry = new AbortController()
      await clock
        .sleep(this.#up ? UP_INTERVAL_MS : DOWN_INTERVAL_MS, this.#hurry.signal)
        .catch(() => undefined)
    }
  }

  #set(up: boolean, why?: unknown): void {
    if (this.#stopped.signal.aborted || up === this.#up) return
    this.#up = up
    this.#upSinceMs = this.#deps.clock.monotonicMs()
    this.#deps.onChange(up, why)
  }

  async #ask(): Promise<readonly PartitionEnds[]> {
    const over = new AbortController()
    const late = this.#deps.clock.sleep(ANSWER_WITHIN_MS, over.signal).then(() => {
      throw new Error('the brokers do not answer')
    })
    late.catch(() => undefined)
    try {
      return await Promise.race([this.#readEnds(), late])
    } finally {
      over.abort()
    }
  }

  async #readEnds(): Promise<readonly PartitionEnds[]> {
    this.#admin ??= connected(this.#deps.openAdmin())
    return readEnds(await this.#admin, this.#deps.topic)
  }

  async #close(): Promise<void> {
    const admin = this.#admin
    this.#admin = undefined
    await admin?.then((each) => each.disconnect()).catch(() => undefined)
  }
}

const connected = async (admin: Admin): Promise<Admin> => {
  await admin.connect()
  return admin
}
