import type { Clock, Component, Logger } from '@votestream/runtime'
import type { RateLimitStore } from '../../domain/ports.js'
import { insuredRateLimits } from '../insured-rate-limits.js'
import { rememberRefusals } from '../remembered-refusals.js'
import { connectRedis, disconnectRedis } from './connect-redis.js'
import { redisRateLimits } from './redis-rate-limits.js'

interface Options {
  readonly url: string
  readonly prefix: string
  readonly insurance: RateLimitStore
  readonly clock: Clock
  readonly logger: Logger
}

/** Makes one budget for all replicas, in Redis, with the insurance for when Redis is away or slow. start() waits for one attempt to connect, 2 s at most. */
export const sharedRateLimits = (options: Options): RateLimitStore & Required<Component> => {
  const { url, prefix, insurance, clock, logger } = options
  const redis = connectRedis(url)
  const shared = rememberRefusals(redisRateLimits({ redis, prefix, clock }), clock)
  const store = insuredRateLimits({ shared, insurance, clock, logger })
  return {
    take: (key, budget) => store.take(key, budget),
    start: () => redis.connect().catch(() => undefined), // when it fails, it goes on trying by itself
    stop: () => disconnectRedis(redis),
  }
}
