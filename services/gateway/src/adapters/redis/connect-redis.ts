import { redisTls, type RedisAddress } from '@votestream/bus'
import { Redis } from 'ioredis'

/** The handshake has this long, and so has a command that nobody waits for any more. */
const COMMAND_WITHIN_MS = 800
const CONNECT_WITHIN_MS = 2_000
/** A server that was silent for so long is given up, and connected to anew: a machine that is gone closes no connection. */
const SILENT_FOR_MS = 3_000
/** C7 leaves no time for more. */
const RECONNECT_WITHIN_MS = 1_000
const RECONNECT_STEP_MS = 50
/** A server that does not say goodbye is left without. */
const GOODBYE_WITHIN_MS = 200

/** Makes a connection that is opened by connect(), restored within about a second, and never keeps a command for later. */
export const connectRedis = (address: RedisAddress): Redis => {
  const redis = new Redis(address.url, {
    ...redisTls(address),
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0, // taking again for an answer that was lost would be taking twice
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_WITHIN_MS,
    connectTimeout: CONNECT_WITHIN_MS,
    disconnectTimeout: GOODBYE_WITHIN_MS,
    socketTimeout: SILENT_FOR_MS,
    retryStrategy: (times) => Math.min(times * RECONNECT_STEP_MS, RECONNECT_WITHIN_MS),
    connectionName: 'votestream-gateway',
  })
  redis.on('error', () => undefined) // whoever sends a command hears of it
  return redis
}

/** Closes a connection and waits until it is gone. */
export const disconnectRedis = async (redis: Redis): Promise<void> => {
  if (redis.status === 'end') return
  const hasSocket = redis.status !== 'reconnecting' && redis.status !== 'wait' // only a socket's end is said
  const ended = new Promise((resolve) => redis.once('end', resolve))
  redis.disconnect()
  if (hasSocket) await ended
}
