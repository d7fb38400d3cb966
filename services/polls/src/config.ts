import { commonSettings, integer, port, readEnv, secretUrl, text } from '@votestream/runtime'
import { z } from 'zod'

/** The settings of polls; a key is the name of its environment variable. */
export const settings = z.object({
  ...commonSettings,
  GRPC_PORT: port(50051).describe('Port of PollsService'),
  DATABASE_URL: secretUrl().describe('PostgreSQL, as role votestream_polls'),
  // Every use case is one or two short statements; four connections do thousands of them a second.
  DATABASE_POOL_SIZE: integer(4, { min: 1, max: 100 }).describe('Connections to PostgreSQL'),
  REDIS_URL: secretUrl(['redis', 'rediss'])
    .optional()
    .describe('Redis of the bus: what changes is told there; without it over DATABASE_URL'),
  REDIS_PREFIX: text()
    .default('')
    .describe('Stands before every channel in Redis, so that several meshes can share one'),
})

export interface Config {
  readonly host: string
  readonly grpcPort: number
  readonly opsPort: number
  readonly drainDelayMs: number
  readonly databaseUrl: string
  readonly databasePoolSize: number
  /** Undefined: the bus is PostgreSQL. */
  readonly redis: { readonly url: string; readonly prefix: string } | undefined
}

/** Reads the configuration of polls; throws one ConfigError that lists every bad variable. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const read = readEnv(settings, env)
  return Object.freeze({
    host: read.HOST,
    grpcPort: read.GRPC_PORT,
    opsPort: read.OPS_PORT,
    drainDelayMs: read.DRAIN_DELAY_MS,
    databaseUrl: read.DATABASE_URL,
    databasePoolSize: read.DATABASE_POOL_SIZE,
    redis: read.REDIS_URL === undefined ? undefined : { url: read.REDIS_URL, prefix: read.REDIS_PREFIX },
  })
}
