import { freePorts } from '../processes/free-ports.js'
import type { EngineContext } from './engine-context.js'
import { installedRedis } from './find-redis.js'
import { redisGuardSpec } from './redis/guard-spec.js'
import type { RedisInstallation } from './redis/redis-installation.js'
import { startEngine, type RunningEngine, type StartEngineOptions } from './start-engine.js'

export interface StartRedisOptions extends EngineContext, Pick<StartEngineOptions, 'line'> {
  /** Redis's own; nothing is kept in it but who runs there. */
  readonly stateFolder: string
  /** A free one where none is given. */
  readonly port?: number
  /** Found or made where none is given. */
  readonly installation?: RedisInstallation
}

export interface RunningRedis extends RunningEngine {
  /** For REDIS_URL. */
  readonly url: string
}

/** A start takes some 50 ms. */
const LIMIT_MS = 30_000

/** Starts a server of our own on the loopback interface; resolves when it serves clients. It starts empty every time. */
export async function startRedis(options: StartRedisOptions): Promise<RunningRedis> {
  const { stateFolder, env, line, signal } = options
  const installation = options.installation ?? (await installedRedis(options))
  const [free = 0] = await freePorts(1)
  const port = options.port ?? free
  const engine = await startEngine(redisGuardSpec({ stateFolder, port, installation, env }), {
    limitMs: LIMIT_MS,
    line,
    signal,
  })
  return { ...engine, url: `redis://127.0.0.1:${port}` }
}
