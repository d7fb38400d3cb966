import { systemClock, type Clock, type Logger, type Registry } from '@votestream/runtime'
import type { Bus, Topic } from '../bus.js'
import { makeListeners } from '../listeners.js'
import { makeBus } from '../make-bus.js'
import { busMetrics } from '../metrics.js'
import { makeSubscriptions } from '../subscriptions.js'
import type { RedisAddress } from './address.js'
import { redisCommands } from './commands.js'
import { redisListener } from './listener.js'
import { namesWith } from './names.js'
import { redisPublisher } from './publisher.js'
import { redisView, type RedisView } from './view.js'

export interface RedisBusOptions extends RedisAddress {
  /** Stands before every key and channel, so that several meshes can share a server. */
  readonly prefix: string
  readonly logger: Logger
  readonly registry: Registry
  readonly clock?: Clock
  /** What this bus hears; to ask it for anything else is a mistake and throws. */
  readonly listen: readonly Topic[]
}

/** A bus on Redis, which also keeps a copy of each poll's newest published state. */
export interface RedisBus extends Bus, RedisView {
  /**
   * Calls back with polls whose state was published where the server had no copy, so that an older state than the newest may lie there now (after
   * a FLUSHALL, by a publisher that stood still): read them again from their owner, and publish that. New polls are among them.
   */
  onUnopposed(listener: (pollIds: readonly number[]) => void): () => void
}

/** One object that has the properties of both, also those that are computed. */
const joined = <A extends object, B extends object>(a: A, b: B): A & B =>
  Object.defineProperties(a, Object.getOwnPropertyDescriptors(b)) as A & B

/** A bus over Redis 6 or newer: one connection to hear (none when there is nothing to hear) and one to speak and ask. */
export const redisBus = (options: RedisBusOptions): RedisBus => {
  const { url, ca, prefix, logger, registry, clock = systemClock, listen } = options
  const names = namesWith(prefix)
  const metrics = busMetrics(registry)
  const ready = makeListeners()
  const unopposed = makeListeners<[readonly number[]]>()
  let connected = false

  const onConnected = (now: boolean): void => {
    connected = now
    metrics.connected.set(now ? 1 : 0)
    if (now) ready.call()
  }

  const subscriptions = makeSubscriptions(clock, metrics, (pollId, watched) =>
    listener.watch(pollId, watched),
  )
  const listener = redisListener({
    address: { url, ca },
    names,
    listen,
    hear: subscriptions,
    onConnected,
    clock,
    logger,
  })
  const commands = redisCommands({ url, ca }, logger)
  const publisher = redisPublisher({ commands, names, onUnopposed: unopposed.call, clock, logger, metrics })

  const bus = makeBus({
    publisher,
    subscriptions,
    ready,
    listen,
    isConnected: () => connected,
    start: async () => {
      await commands.start()
      if (listen.length > 0) await listener.start()
    },
    stop: async () => {
      await publisher.stop()
      await Promise.all([commands.stop(), listener.stop()])
    },
  })
  return joined(joined(bus, redisView(commands, names)), { onUnopposed: unopposed.add })
}
