import type { RedisAddress } from '@votestream/bus'
import type { Clock, Component, Logger } from '@votestream/runtime'
import type { RateLimitStore } from '../../domain/ports.js'
import { insuredRateLimits, type InsuredRateLimits } from '../insured-rate-limits.js'
import { rememberRefusals } from '../remembered-refusals.js'
import { connectRedis, disconnectRedis } from './connect-redis.js'
import { redisRateLimits } from './redis-rate-limits.js'

interface Options extends RedisAddress {
  readonly prefix: string
  readonly insurance: RateLimitStore
  readonly clock: Clock
  readonly logger: Logger
}

/** Makes one budget for all replicas, in Redis, with the insurance for when Redis is away or slow. start() waits for one attempt to connect, 2 s at most. */
export const sharedRateLimits = (options: Options): InsuredRateLimits & Required<Component> => {
  const { prefix, insurance, clock, logger } = options
  const redis = connectRedis(options)
  const shared = rememberRefusals(redisRateLimits({ redis, prefix, clock }), clock)
  const store = insuredRateLimits({ shared, insurance, clock, logger })
  return {
    get away() {
      return store.away
    },
    take: (key, budget) => store.take(key, budget),
    start: () => redis.connect().catch(() => undefined), // when it fails, it goes on trying by itself
    stop: () => disconnectRedis(redis),
  }
}
