import { systemClock } from '@votestream/runtime'
import { testRedis } from '@votestream/testing'
import type { Redis } from 'ioredis'
import { connectRedis, disconnectRedis } from '../src/adapters/redis/connect-redis.js'
import { redisRateLimits } from '../src/adapters/redis/redis-rate-limits.js'
import type { RateLimitStore } from '../src/domain/ports.js'

export interface RedisStore extends AsyncDisposable {
  readonly redis: Redis
  readonly prefix: string
  readonly store: RateLimitStore
}

/** The store as it is, without insurance. */
export const openRedisStore = async (prefix = testRedis().prefix): Promise<RedisStore> => {
  const redis = connectRedis({ url: testRedis().url })
  await redis.connect()
  const store = redisRateLimits({ redis, prefix, clock: systemClock })
  return { redis, prefix, store, [Symbol.asyncDispose]: () => disconnectRedis(redis) }
}
