import type { RedisBus } from '@votestream/bus'
import type { Bus, Topic } from '@votestream/bus/bus.js'
import { makeListeners, type Listeners } from '@votestream/bus/listeners.js'
import { makeBus } from '@votestream/bus/make-bus.js'
import { messagesOf } from '@votestream/bus/messages.js'
import { busMetrics } from '@votestream/bus/metrics.js'
import { MAX_PAYLOAD_BYTES } from '@votestream/bus/postgres/sender.js'
import { Publisher } from '@votestream/bus/publisher.js'
import { namesWith } from '@votestream/bus/redis/names.js'
import { redisPublisher } from '@votestream/bus/redis/publisher.js'
import { redisView } from '@votestream/bus/redis/view.js'
import { makeSubscriptions } from '@votestream/bus/subscriptions.js'
import { Registry } from '@votestream/runtime'
import type { SimProcess } from '../kernel/process.js'
import { notifyListener, type NotifyModel } from './notify-model.js'
import { RedisCommands } from './redis-commands.js'
import { modelledListener } from './redis-listener.js'
import type { RedisModel } from './redis-model.js'

/** Nobody reads them, so one set does for all processes. */
const metrics = busMetrics(new Registry())

/** As in postgres/postgres-bus.ts. */
const MESSAGE_SPACING_MS = 5

/** Whether a bus hears, and who wants to know when it begins to. */
const hearing = (): { ready: Listeners; isConnected: () => boolean; onConnected: (now: boolean) => void } => {
  const ready = makeListeners()
  let connected = false
  const onConnected = (now: boolean): void => {
    connected = now
    if (now) ready.call()
  }
  return { ready, isConnected: () => connected, onConnected }
}

/** A process's bus over the model of Redis, wired as `redisBus` is; `start` has it connect. */
export const busOf = (process: SimProcess, redis: RedisModel, listen: readonly Topic[]): RedisBus => {
  const { clock, logger } = process
  const names = namesWith('')
  const { onConnected, ...heard } = hearing()
  const subscriptions = makeSubscriptions(clock, metrics, (pollId, watched) =>
    listener.watch(pollId, watched),
  )
  const listener = modelledListener({ process, redis, names, listen, hear: subscriptions, onConnected })
  const commands = new RedisCommands(process, redis)
  const unopposed = makeListeners<[readonly number[]]>()
  const publisher = redisPublisher({
    ...{ commands, names, onUnopposed: unopposed.call },
    ...{ clock, logger, metrics },
  })
  const start = async (): Promise<void> => {
    await commands.start()
    if (listen.length > 0) await listener.start()
  }
  const stop = async (): Promise<void> => {
    await publisher.stop()
    await Promise.all([commands.stop(), listener.stop()])
  }
  const bus = makeBus({ publisher, subscriptions, listen, ...heard, start, stop })
  const view = redisView(commands, names)
  const own = { ...Object.getOwnPropertyDescriptors(view), onUnopposed: { value: unopposed.add } }
  return Object.defineProperties(bus, own) as RedisBus
}

/** A process's bus over the model of LISTEN and NOTIFY, wired as `postgresBus` is. */
export const notifyBusOf = (process: SimProcess, channel: NotifyModel, listen: readonly Topic[]): Bus => {
  const { clock, logger } = process
  const { onConnected, ...heard } = hearing()
  const subscriptions = makeSubscriptions(clock, metrics)
  const listener = notifyListener({ process, channel, listen, onMessage: subscriptions.receive, onConnected })
  const publisher = new Publisher({
    messagesOf: (load) => messagesOf(load, MAX_PAYLOAD_BYTES, metrics),
    send: (messages) =>
      process.exchange(
        'database: notify',
        () => channel.notify(messages),
        () => new Error('Connection terminated unexpectedly'),
      ),
    restMs: (messageCount) => messageCount * MESSAGE_SPACING_MS,
    clock,
    logger,
    metrics,
  })
  const start = async (): Promise<void> => {
    if (listen.length > 0) await listener.start()
  }
  const stop = async (): Promise<void> => {
    await publisher.stop()
    await listener.stop()
  }
  return makeBus({ publisher, subscriptions, listen, ...heard, start, stop })
}
