import { Redis, type RedisOptions } from 'ioredis'
import { CONNECT_TIMEOUT_MS } from '../keep-listening.js'
import { redisTls, type RedisAddress } from './address.js'

// So soon does a socket whose peer is gone begin to be probed.
const KEEPALIVE_DELAY_MS = 5_000

// Nobody says goodbye before all that was sent is answered, so little is waited for.
const GOODBYE_TIMEOUT_MS = 50

/** A connection that nobody made yet. What cannot be sent now fails now: nothing waits in a queue that nobody looks at. */
export const redisConnection = (address: RedisAddress, options: Omit<RedisOptions, 'replyMapping'>): Redis =>
  new Redis(address.url, {
    ...redisTls(address),
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResubscribe: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: GOODBYE_TIMEOUT_MS,
    keepAlive: KEEPALIVE_DELAY_MS,
    ...options,
  })

/** Closes a connection and waits until it is gone. */
export const leave = async (redis: Redis): Promise<void> => {
  if (redis.status === 'end') return
  const hasSocket = redis.status !== 'reconnecting' && redis.status !== 'wait' // only a socket's end is said
  const ended = new Promise((resolve) => redis.once('end', resolve))
  redis.disconnect()
  if (hasSocket) await ended
}

/** What may be logged of an error: the library adds the command with all that was sent, also the password. */
export const withoutCommand = (error: unknown): Error =>
  new Error(error instanceof Error ? error.message : String(error))
