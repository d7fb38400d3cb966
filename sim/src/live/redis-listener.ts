import type { Topic } from '@votestream/bus/bus.js'
import { ANSWER_TIMEOUT_MS, HEARTBEAT_MS, keepListening } from '@votestream/bus/keep-listening.js'
import { pollChannels, type PollChannels } from '@votestream/bus/redis/channels.js'
import { readKeptConnections } from '@votestream/bus/redis/kept-connections.js'
import type { RedisListener, RedisListenerOptions } from '@votestream/bus/redis/listener.js'
import type { SimProcess } from '../kernel/process.js'
import type { RedisModel, Subscription } from './redis-model.js'

export interface ModelledListenerOptions extends Omit<RedisListenerOptions, 'address' | 'clock' | 'logger'> {
  readonly process: SimProcess
  readonly redis: RedisModel
}

/** The library's connection, of which the model has the few calls that are used. */
type Redis = Parameters<typeof readKeptConnections>[0]

const MS_PER_S = 1_000

const timedOut = (): Error => new Error('Command timed out')

/** One connection's life, as listenOnce of redis/listener.ts has it. */
class Life {
  readonly #options: ModelledListenerOptions
  readonly #fixed: ReadonlyMap<string, Topic>
  readonly #over = new AbortController()
  readonly channels: PollChannels
  #subscription: Subscription | undefined

  constructor(options: ModelledListenerOptions, wanted: ReadonlySet<string>) {
    this.#options = options
    const { names, listen, hear } = options
    const named = listen.flatMap((topic): [string, Topic][] =>
      topic === 'results' ? [] : [[names.channel(topic), topic]],
    )
    this.#fixed = new Map(named)
    this.channels = pollChannels({
      redis: this.#fake() as unknown as Redis,
      wanted,
      onCopy: (_channel, copy) => hear.receive('results', `[${copy}]`),
      onFailure: (error) => this.lose(error),
    })
  }

  readonly lose = (error: unknown): void => this.#over.abort(error)

  async connect(): Promise<void> {
    const { process, redis } = this.#options
    const listener = {
      process,
      onMessage: (channel: string, payload: string) => this.#heard(channel, payload),
      onCut: () =>
        void process.deliver(0, 'redis cut', () => this.lose(new Error('the connection was closed'))),
    }
    const effect = (): void => void (this.#subscription = redis.listen(listener))
    await process.exchange('redis: connect', effect, timedOut)
  }

  async subscribe(): Promise<void> {
    const { listen } = this.#options
    const subscribing = [this.channels.subscribeAll()]
    if (this.#fixed.size > 0)
      subscribing.push(this.#ask(() => this.#subscription?.subscribe([...this.#fixed.keys()])))
    if (listen.includes('connections')) subscribing.push(this.#hearKeptConnections())
    await Promise.all(subscribing)
    this.#over.signal.throwIfAborted()
  }

  async beat(): Promise<never> {
    const { process } = this.#options
    for (;;) {
      this.#over.signal.throwIfAborted()
      await process.clock.sleep(HEARTBEAT_MS, this.#over.signal)
      await this.#ask(() => undefined)
    }
  }

  end(): void {
    this.#over.abort(new Error('it is over'))
    this.#subscription?.close()
  }

  #heard(channel: string, payload: string): void {
    if (this.#over.signal.aborted) return
    this.channels.heard(channel)
    this.#options.hear.receive(this.#fixed.get(channel) ?? 'results', payload)
  }

  async #hearKeptConnections(): Promise<void> {
    const { hear, names } = this.#options
    const redis = this.#fake() as unknown as Redis
    const kept = await readKeptConnections(redis, names.channel('connections')).catch(() => [])
    for (const { connections, agoMs } of kept) hear.hearConnections(connections, agoMs)
  }

  /** A frozen server leaves the question without an answer until its patience ends. */
  async #ask<T>(run: () => T): Promise<T> {
    const { process, redis } = this.#options
    const effect = (): { answer: T } | undefined => {
      if (!redis.up) throw new Error('Connection is closed.')
      return redis.frozen ? undefined : { answer: run() }
    }
    const done = await process.exchange('redis: listen', effect, timedOut)
    if (done !== undefined) return done.answer
    await process.clock.sleep(ANSWER_TIMEOUT_MS)
    throw timedOut()
  }

  #fake() {
    const { redis } = this.#options
    return {
      subscribe: (...channels: string[]) => this.#ask(() => this.#subscription?.subscribe(channels)),
      unsubscribe: (...channels: string[]) => this.#ask(() => this.#subscription?.unsubscribe(channels)),
      mget: (...keys: string[]) => this.#ask(() => redis.mget(keys)),
      time: () => this.#ask(() => [String(Math.floor(redis.kernel.nowMs / MS_PER_S)), '0']),
      hgetall: (key: string) => this.#ask(() => redis.hgetall(key)),
    }
  }
}

/** The listener of redis/listener.ts over the model: the same order of subscribing, the same word when it hears, the same heartbeat. */
export const modelledListener = (options: ModelledListenerOptions): RedisListener => {
  const { process, names, onConnected } = options
  const wanted = new Set<string>()
  let current: PollChannels | undefined

  const listenOnce = async (onListening: () => void, stopping: AbortSignal): Promise<never> => {
    const life = new Life(options, wanted)
    stopping.addEventListener('abort', life.lose, { once: true })
    try {
      await life.connect()
      current = life.channels
      await life.subscribe()
      onListening()
      return await life.beat()
    } finally {
      stopping.removeEventListener('abort', life.lose)
      current = undefined
      life.end()
      onConnected(false)
    }
  }

  return {
    ...keepListening({ listenOnce, onConnected, clock: process.clock, logger: process.logger }),
    watch: (pollId, watched) => {
      const channel = names.results(pollId)
      if (watched) wanted.add(channel)
      else wanted.delete(channel)
      current?.changed(channel)
    },
  }
}
