import type { Kernel } from '../kernel/kernel.js'
import type { SimProcess } from '../kernel/process.js'
import type { Random } from '../kernel/random.js'
import { isTaken, isUnopposed, type NewestArgument } from './newest-wins.js'

/** One arrival of a message at one subscriber. */
export interface Arrival {
  readonly afterMs: number
  /** Whether it may overtake what was said before it on the same connection; TCP lets nothing, a relay between might. */
  readonly overtakes: boolean
}

export interface RedisModelOptions {
  readonly kernel: Kernel
  readonly random: Random
  /** What becomes of one message on its way to one subscriber: nothing (lost), one arrival, or several (repeated). */
  readonly arrivals: (channel: string) => readonly Arrival[]
}

/** A subscriber's connection, as the server sees it. */
export interface Subscription {
  subscribe(channels: readonly string[]): void
  unsubscribe(channels: readonly string[]): void
  close(): void
}

/** What happens once the server comes to it. */
interface Waiting {
  readonly connection: object
  readonly run: () => void
  readonly fail: (error: Error) => void
}

interface Subscriber {
  readonly process: SimProcess
  readonly channels: Set<string>
  readonly onMessage: (channel: string, payload: string) => void
  readonly onCut: () => void
  lastAtMs: number
}

/** So that what arrives in one moment arrives in order: the kernel shuffles what happens at the same time. */
const TICK_MS = 0.000_1

/** The library's words when the server is not there. */
const gone = (): Error => new Error('Connection is closed.')

/** One Redis server: keys, channels, and what can befall it. Commands happen one after another, each at one moment. */
export class RedisModel {
  readonly kernel: Kernel
  readonly random: Random
  readonly #arrivals: RedisModelOptions['arrivals']
  readonly #values = new Map<string, unknown>()
  readonly #hashes = new Map<string, Map<string, string>>()
  readonly #subscribers = new Set<Subscriber>()
  readonly #clients = new Set<{ readonly onCut: () => void }>()
  #waiting: Waiting[] = []
  #up = true
  #frozen = false

  constructor({ kernel, random, arrivals }: RedisModelOptions) {
    this.kernel = kernel
    this.random = random
    this.#arrivals = arrivals
  }

  /** What lies under each key. */
  get values(): ReadonlyMap<string, unknown> {
    return this.#values
  }

  get up(): boolean {
    return this.#up
  }

  get frozen(): boolean {
    return this.#frozen
  }

  /** Has a command happen: now, or once the server is thawed; in order with the others of its connection. Throws while the server is down. */
  perform(connection: object, run: () => void, fail: (error: Error) => void): void {
    if (!this.#up) throw gone()
    if (this.#frozen) this.#waiting.push({ connection, run, fail })
    else run()
  }

  /** Opens a connection for commands; throws while nobody answers. */
  connect(client: { readonly onCut: () => void }): void {
    this.#answering()
    this.#clients.add(client)
  }

  disconnect(client: { readonly onCut: () => void }): void {
    this.#clients.delete(client)
  }

  /** Opens a connection that subscribes; throws while nobody answers. */
  listen(listener: Omit<Subscriber, 'channels' | 'lastAtMs'>): Subscription {
    this.#answering()
    const subscriber: Subscriber = { ...listener, channels: new Set(), lastAtMs: 0 }
    this.#subscribers.add(subscriber)
    return {
      subscribe: (channels) => channels.forEach((channel) => subscriber.channels.add(channel)),
      unsubscribe: (channels) => channels.forEach((channel) => subscriber.channels.delete(channel)),
      close: () => void this.#subscribers.delete(subscriber),
    }
  }

  /** Puts anything under a key. */
  plant(key: string, value: unknown): void {
    this.#values.set(key, value)
  }

  mget(keys: readonly string[]): (string | null)[] {
    return keys.map((key) => {
      const value = this.#values.get(key)
      return typeof value === 'string' ? value : null
    })
  }

  /** PUBLISH_NEWEST, with its reply. */
  publishNewest(states: readonly NewestArgument[]): number[] {
    const unopposed: number[] = []
    states.forEach((item, index) => {
      const stored = this.#values.get(item.key)
      if (isUnopposed(stored, item)) unopposed.push(index + 1)
      if (!isTaken(stored, item)) return
      this.#values.set(item.key, item.state)
      this.publish(item.key, `[${item.state}]`)
    })
    return unopposed
  }

  /** PUBLISH_CONNECTIONS, but for its forgetting: readers forget by themselves. */
  publishConnections(key: string, replica: string, count: number, message: string): void {
    const hash = this.#hashes.get(key) ?? new Map<string, string>()
    this.#hashes.set(key, hash.set(replica, `${count}@${Math.floor(this.kernel.nowMs)}`))
    this.publish(key, message)
  }

  hgetall(key: string): Record<string, string> {
    return Object.fromEntries(this.#hashes.get(key) ?? [])
  }

  publish(channel: string, payload: string): void {
    for (const subscriber of this.#subscribers)
      if (subscriber.channels.has(channel) && subscriber.process.alive)
        for (const arrival of this.#arrivals(channel)) this.#send(subscriber, arrival, channel, payload)
  }

  /** FLUSHALL. */
  flush(): void {
    this.#values.clear()
    this.#hashes.clear()
  }

  /** Every connection breaks, and what was under way is lost; the keys too, unless they had been saved. */
  kill({ saved = false } = {}): void {
    if (!saved) this.flush()
    this.#up = false
    this.#frozen = false
    const waiting = this.#waiting.splice(0)
    for (const { fail } of waiting) fail(gone())
    this.cut()
  }

  start(): void {
    this.#up = true
  }

  /** Breaks every connection; the server lives on. */
  cut(): void {
    const clients = [...this.#clients]
    this.#clients.clear()
    this.cutSubscribers()
    for (const { onCut } of clients) onCut()
  }

  /** Breaks the connections of those who listen, or of one process of them. */
  cutSubscribers(of?: SimProcess): void {
    const lost = [...this.#subscribers].filter(({ process }) => (of ?? process) === process)
    for (const subscriber of lost) this.#subscribers.delete(subscriber)
    for (const { onCut } of lost) onCut()
  }

  freeze(): void {
    this.#frozen = this.#up
  }

  /** What came meanwhile happens now: each connection's commands in order, the connections in any. */
  thaw(): void {
    this.#frozen = false
    const waiting = this.#waiting.splice(0)
    while (waiting.length > 0) {
      const { connection } = waiting[this.random.below(waiting.length)] as Waiting
      const next = waiting.findIndex((each) => each.connection === connection)
      waiting.splice(next, 1).forEach(({ run }) => run())
    }
  }

  #answering(): void {
    if (!this.#up || this.#frozen) throw gone()
  }

  #send(subscriber: Subscriber, arrival: Arrival, channel: string, payload: string): void {
    const { kernel } = this
    let atMs = kernel.nowMs + arrival.afterMs
    if (!arrival.overtakes) {
      atMs = Math.max(atMs, subscriber.lastAtMs + TICK_MS)
      subscriber.lastAtMs = atMs
    }
    subscriber.process.deliver(atMs - kernel.nowMs, channel, () => {
      if (this.#subscribers.has(subscriber) && subscriber.channels.has(channel))
        subscriber.onMessage(channel, payload)
    })
  }
}
