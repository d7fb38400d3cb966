import { redisFaults, redisOf, redisSettings, type RedisAddress } from '@votestream/bus'
import { grpcTlsFaults, grpcTlsOf, grpcTlsSettings, type GrpcTls } from '@votestream/rpc'
import {
  ConfigError,
  addressList,
  cidrList,
  commonSettings,
  consistent,
  integer,
  milliseconds,
  port,
  readEnv,
  secretUrl,
  setting,
} from '@votestream/runtime'
import { z } from 'zod'

const originOf = (text: string): string | undefined => (URL.canParse(text) ? new URL(text).origin : undefined)

/** Browsers name an origin without a path, and so must this list. */
const originList = () =>
  setting(
    'origins such as https://vote.example, with commas between',
    (text): readonly string[] | undefined => {
      const origins = text.split(',').map((each) => each.trim())
      return origins.every((origin) => originOf(origin) === origin) ? origins : undefined
    },
  ).default([])

const base = z.object({
  ...commonSettings,
  PORT: port(8081).describe('Port of the streams'),
  POLLS_ADDRESS: addressList().describe('Where PollsService answers'),
  VOTES_ADDRESS: addressList().describe('Where VotesService answers'),
  ...grpcTlsSettings,
  ...redisSettings({
    url: 'Redis of the bus: what changes is heard there',
    prefix: 'Stands before every channel in Redis, so that several meshes can share one',
  }),
  BUS_DATABASE_URL: secretUrl()
    .optional()
    .describe('PostgreSQL of the bus, as role votestream_bus; required without REDIS_URL'),
  TRUSTED_PROXIES: cidrList().describe('Networks whose X-Forwarded-For is believed'),
  ALLOWED_ORIGINS: originList().describe('Sites whose pages may open streams; all when it is empty'),
  // A stream costs some 20 KB and its share of fan-out; a send takes about 12 µs, so a room of this many is flushed in a quarter of a second.
  MAX_CONNECTIONS: integer(20_000, { min: 1, max: 1_000_000 }).describe(
    'Open streams of this replica; more are told 503',
  ),
  // A whole venue may sit behind one address.
  MAX_CONNECTIONS_PER_ADDRESS: integer(5_000, { min: 1, max: 1_000_000 }).describe(
    'Open streams from one client address (IPv6: /64); more are told 503',
  ),
  // Below 5 s, so that staleness, which shows 750 ms after a confirmation is overdue, shows within 5 s.
  RESYNC_INTERVAL_MS: milliseconds(4_000, { min: 100 }).describe('How often what is shown is confirmed'),
  // Below the 60 s after which proxies take a quiet connection for a dead one.
  HEARTBEAT_MS: milliseconds(25_000, { min: 100 }).describe('How often open streams are pinged'),
  // With the 5 s that a close may take, a reader that is too slow is gone after 30 s.
  BLOCKED_MS: milliseconds(25_000, { min: 100 }).describe(
    'How long a stream may be too slow to be sent anything',
  ),
  DRAIN_SECONDS: integer(1, { min: 0, max: 3_600 }).describe(
    'Over how long a stop spreads the ends of open streams',
  ),
})

/** The settings of realtime; a key is the name of its environment variable. */
export const settings = consistent(base, (read) => [...redisFaults(read), ...grpcTlsFaults(read)])

export interface Config {
  readonly host: string
  readonly port: number
  readonly opsPort: number
  readonly pollsAddress: string
  readonly votesAddress: string
  /** Undefined: gRPC in the clear. */
  readonly grpcTls: GrpcTls | undefined
  /** Where changes are heard: one of the two. */
  readonly bus:
    { readonly redis: RedisAddress & { readonly prefix: string } } | { readonly databaseUrl: string }
  readonly trustedProxies: readonly string[]
  readonly allowedOrigins: readonly string[]
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  readonly resyncIntervalMs: number
  readonly heartbeatMs: number
  readonly blockedMs: number
  readonly drainMs: number
  readonly drainDelayMs: number
}

const MS_PER_S = 1_000

const busOf = (read: z.output<typeof settings>): Config['bus'] => {
  const redis = redisOf(read)
  if (redis !== undefined) return { redis }
  if (read.BUS_DATABASE_URL !== undefined) return { databaseUrl: read.BUS_DATABASE_URL }
  throw new ConfigError('bad settings:\n  REDIS_URL or BUS_DATABASE_URL: one of them is required')
}

/** Reads the configuration of realtime; throws one ConfigError that lists every bad variable. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const read = readEnv(settings, env)
  return Object.freeze({
    host: read.HOST,
    port: read.PORT,
    opsPort: read.OPS_PORT,
    pollsAddress: read.POLLS_ADDRESS,
    votesAddress: read.VOTES_ADDRESS,
    grpcTls: grpcTlsOf(read),
    bus: busOf(read),
    trustedProxies: read.TRUSTED_PROXIES,
    allowedOrigins: read.ALLOWED_ORIGINS,
    maxConnections: read.MAX_CONNECTIONS,
    maxConnectionsPerAddress: read.MAX_CONNECTIONS_PER_ADDRESS,
    resyncIntervalMs: read.RESYNC_INTERVAL_MS,
    heartbeatMs: read.HEARTBEAT_MS,
    blockedMs: read.BLOCKED_MS,
    drainMs: read.DRAIN_SECONDS * MS_PER_S,
    drainDelayMs: read.DRAIN_DELAY_MS,
  })
}
