import type { Clock, Component, Logger } from '@votestream/runtime'
import type { Redis } from 'ioredis'
import type { Topic } from '../bus.js'
import { ANSWER_TIMEOUT_MS, HEARTBEAT_MS, keepListening } from '../keep-listening.js'
import type { Subscriptions } from '../subscriptions.js'
import type { RedisAddress } from './address.js'
import { pollChannels, type PollChannels } from './channels.js'
import { leave, redisConnection, withoutCommand } from './connect.js'
import { readKeptConnections } from './kept-connections.js'
import type { Names } from './names.js'

export interface RedisListenerOptions {
  readonly address: RedisAddress
  readonly names: Names
  readonly listen: readonly Topic[]
  readonly hear: Pick<Subscriptions, 'receive' | 'hearConnections'>
  /** Called with true each time that messages begin to be heard, and with false when they no longer are. */
  readonly onConnected: (connected: boolean) => void
  readonly clock: Clock
  readonly logger: Logger
}

export interface RedisListener extends Required<Component> {
  /** Begins or ceases to listen to a poll. */
  watch(pollId: number, watched: boolean): void
}

/** What one connection's life has to do with. */
interface Life extends RedisListenerOptions {
  readonly redis: Redis
  readonly channels: PollChannels
}

/** Whoever has subscribed to the counts knows those that were said before, too. */
const hearKeptConnections = async ({ redis, names, hear }: Life): Promise<void> => {
  const kept = await readKeptConnections(redis, names.channel('connections')).catch(() => [])
  for (const { connections, agoMs } of kept) hear.hearConnections(connections, agoMs)
}

const subscribe = async (life: Life): Promise<void> => {
  const { redis, names, listen, hear, channels } = life
  const fixed = new Map<string, Topic>()
  for (const topic of listen) if (topic !== 'results') fixed.set(names.channel(topic), topic)
  redis.on('message', (channel, payload) => {
    channels.heard(channel)
    hear.receive(fixed.get(channel) ?? 'results', payload)
  })
  const subscribing = [channels.subscribeAll()]
  if (fixed.size > 0) subscribing.push(redis.subscribe(...fixed.keys()).then(() => undefined))
  if (listen.includes('connections')) subscribing.push(hearKeptConnections(life))
  await Promise.all(subscribing)
}

/** Lives until the connection is lost, which the server's silence shows when nothing else does. */
const beat = async ({ redis, clock }: Life, over: AbortSignal): Promise<never> => {
  for (;;) {
    over.throwIfAborted()
    await clock.sleep(HEARTBEAT_MS, over)
    await redis.ping()
  }
}

/** Keeps one connection that subscribes, to the channels of the watched polls only; `start` does not wait for it. */
export const redisListener = (options: RedisListenerOptions): RedisListener => {
  const { address, names, hear, onConnected } = options
  const wanted = new Set<string>()
  let current: PollChannels | undefined

  const listenOnce = async (onListening: () => void, stopping: AbortSignal): Promise<never> => {
    const lost = new AbortController()
    const over = AbortSignal.any([lost.signal, stopping])
    const lose = (error: unknown): void => lost.abort(withoutCommand(error))
    const redis = redisConnection(address, {
      connectionName: 'votestream-bus-listener',
      commandTimeout: ANSWER_TIMEOUT_MS,
      retryStrategy: null,
    })
    redis.on('error', lose)
    redis.on('end', () => lose('the connection was closed'))
    over.addEventListener('abort', () => redis.disconnect(), { once: true })
    const channels = pollChannels({
      redis,
      wanted,
      onCopy: (_channel, copy) => hear.receive('results', `[${copy}]`),
      onFailure: lose,
    })
    const life = { ...options, redis, channels }
    try {
      await redis.connect()
      current = channels
      await subscribe(life)
      onListening()
      return await beat(life, over)
    } catch (error) {
      throw lost.signal.aborted ? lost.signal.reason : withoutCommand(error)
    } finally {
      current = undefined
      redis.removeAllListeners('message')
      onConnected(false)
      await leave(redis)
    }
  }

  return {
    ...keepListening({ ...options, listenOnce }),
    watch: (pollId, watched) => {
      const channel = names.results(pollId)
      if (watched) wanted.add(channel)
      else wanted.delete(channel)
      current?.changed(channel)
    },
  }
}
