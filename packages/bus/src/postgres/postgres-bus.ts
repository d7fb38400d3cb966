import type { DatabaseAddress } from '@votestream/postgres'
import { systemClock, type Clock, type Logger, type Registry } from '@votestream/runtime'
import type { Bus, Topic } from '../bus.js'
import { makeListeners } from '../listeners.js'
import { makeBus } from '../make-bus.js'
import { messagesOf } from '../messages.js'
import { busMetrics } from '../metrics.js'
import { Publisher } from '../publisher.js'
import { makeSubscriptions } from '../subscriptions.js'
import { postgresListener } from './listener.js'
import { MAX_PAYLOAD_BYTES, postgresSender } from './sender.js'

// The process' budget: 200 messages a second, which carry some 25,000 states. Under more than that each poll is sent less often.
const MESSAGE_SPACING_MS = 5

export interface PostgresBusOptions extends DatabaseAddress {
  readonly logger: Logger
  readonly registry: Registry
  readonly clock?: Clock
  /** What this bus hears; to ask it for anything else is a mistake and throws. */
  readonly listen: readonly Topic[]
}

/** A bus over LISTEN and NOTIFY: one connection to hear (none when there is nothing to hear) and one to speak. */
export const postgresBus = (options: PostgresBusOptions): Bus => {
  const { url, ca, logger, registry, clock = systemClock, listen } = options
  const metrics = busMetrics(registry)
  const subscriptions = makeSubscriptions(clock, metrics)
  const ready = makeListeners()
  let connected = false

  const onConnected = (now: boolean): void => {
    connected = now
    metrics.connected.set(now ? 1 : 0)
    if (now) ready.call()
  }

  const sender = postgresSender({ url, ca })
  const listener = postgresListener({
    address: { url, ca },
    listen,
    onMessage: subscriptions.receive,
    onConnected,
    clock,
    logger,
  })
  const publisher = new Publisher({
    messagesOf: (load) => messagesOf(load, MAX_PAYLOAD_BYTES, metrics),
    send: sender.send,
    restMs: (messageCount) => messageCount * MESSAGE_SPACING_MS,
    clock,
    logger,
    metrics,
  })

  return makeBus({
    publisher,
    subscriptions,
    ready,
    listen,
    isConnected: () => connected,
    start: async () => {
      if (listen.length > 0) await listener.start()
    },
    stop: async () => {
      await publisher.stop()
      await Promise.all([sender.stop(), listener.stop()])
    },
  })
}
