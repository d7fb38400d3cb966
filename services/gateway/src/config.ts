import { redisFaults, redisOf, redisSettings, type RedisAddress } from '@votestream/bus'
import { grpcTlsFaults, grpcTlsOf, grpcTlsSettings, type GrpcTls } from '@votestream/rpc'
import {
  address,
  addressList,
  cidrList,
  commonSettings,
  ConfigError,
  consistent,
  integer,
  milliseconds,
  port,
  readEnv,
  secretUrl,
  setting,
  text,
} from '@votestream/runtime'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** The same from src/ and from dist/. */
const WEB_DIRECTORY = fileURLToPath(new URL('../../../web/public', import.meta.url))

/** Several of `host:port`; each is taken as it is: unlike gRPC, a pipe has no resolver that could watch a DNS target. */
const hostsAndPorts = () =>
  setting('host:port, several of them with commas between', (list): readonly HostAndPort[] | undefined => {
    const addresses = list.split(',').map((each) => each.trim())
    return addresses.every((each) => address().safeParse(each).success)
      ? addresses.map(hostAndPort)
      : undefined
  })

/** Splits `host:port`; an IPv6 host stands in brackets. */
const hostAndPort = (text: string): HostAndPort => {
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(text.slice(colon + 1)) }
}

const base = z.object({
  ...commonSettings,
  PORT: port(8080).describe('Port of the public API and the page'),
  POLLS_ADDRESS: addressList().describe('Where PollsService answers'),
  VOTES_ADDRESS: addressList().describe('Where VotesService answers'),
  ...grpcTlsSettings,
  REALTIME_ADDRESS: hostsAndPorts().describe(
    'Where realtime takes the streams that are piped to it: each replica in turn',
  ),
  ...redisSettings({
    url: 'Redis of the bus and of the rate limits; without it each gateway counts requests for itself',
    prefix: 'Stands before every key and channel in Redis, so that several meshes can share one',
  }),
  BUS_DATABASE_URL: secretUrl()
    .optional()
    .describe('PostgreSQL of the bus, as role votestream_bus; required without REDIS_URL'),
  WEB_DIRECTORY: text('a folder').default(WEB_DIRECTORY).describe('The files of the page'),
  TRUSTED_PROXIES: cidrList().describe('Networks whose X-Forwarded-For is believed'),
  RATE_LIMIT_PER_MINUTE: integer(100, { min: 0, max: 1_000_000 }).describe(
    'Requests a minute for one client address, all of them at once or one after the other; 0 turns every rate limit off',
  ),
  // A hall full of people behind one address comes back at once after a restart.
  RATE_LIMIT_STREAMS_PER_MINUTE: integer(1_000, { min: 0, max: 1_000_000 }).describe(
    'Stream handshakes a minute for one client address; 0 for no limit',
  ),
  // Two of them may hang with a dead replica while the other two go on.
  VOTE_CALLS_IN_FLIGHT: integer(4, { min: 1, max: 64 }).describe(
    'CastVotes calls that may hold a slot at a time',
  ),
  // votes takes 1,000; beyond some hundreds a larger batch saves nothing and holds the others up.
  VOTE_BATCH_MAX: integer(500, { min: 1, max: 1_000 }).describe('Votes in one CastVotes call'),
  // Measured: a few milliseconds between calls cut the cost of a vote by 40 % at 2,000 votes a second.
  VOTE_BATCH_SPACING_MS: milliseconds(4, { max: 100 }).describe(
    'Time between two CastVotes calls under load',
  ),
  // What votes folds in about a second: who would wait longer is better told to come back.
  VOTE_QUEUE_MAX: integer(10_000, { min: 1, max: 1_000_000 }).describe(
    'Votes that may wait for a call; one more is answered 503',
  ),
})

/** The settings of the gateway; a key is the name of its environment variable. */
export const settings = consistent(base, (read) => [...redisFaults(read), ...grpcTlsFaults(read)])

interface HostAndPort {
  readonly host: string
  readonly port: number
}

export interface RedisConfig extends RedisAddress {
  readonly prefix: string
}

export interface Config {
  readonly host: string
  readonly port: number
  readonly opsPort: number
  readonly drainDelayMs: number
  readonly pollsAddress: string
  readonly votesAddress: string
  /** Undefined: gRPC in the clear. */
  readonly grpcTls: GrpcTls | undefined
  /** At least one. */
  readonly realtime: readonly HostAndPort[]
  /** What carries the bus; Redis carries the rate limits as well. */
  readonly bus: { readonly redis: RedisConfig } | { readonly databaseUrl: string }
  readonly webDirectory: string
  readonly trustedProxies: readonly string[]
  /** 0 for no limit. */
  readonly requestsPerMinute: number
  /** 0 for no limit. */
  readonly streamsPerMinute: number
  readonly voteBatches: {
    readonly maxInFlight: number
    readonly maxBatch: number
    readonly spacingMs: number
    readonly maxQueued: number
  }
}

/** Reads the configuration of the gateway; throws one ConfigError that lists every bad variable, or says that no bus is configured. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const read = readEnv(settings, env)
  return Object.freeze({
    host: read.HOST,
    port: read.PORT,
    opsPort: read.OPS_PORT,
    drainDelayMs: read.DRAIN_DELAY_MS,
    pollsAddress: read.POLLS_ADDRESS,
    votesAddress: read.VOTES_ADDRESS,
    grpcTls: grpcTlsOf(read),
    realtime: read.REALTIME_ADDRESS,
    bus: busOf(read),
    webDirectory: read.WEB_DIRECTORY,
    trustedProxies: read.TRUSTED_PROXIES,
    requestsPerMinute: read.RATE_LIMIT_PER_MINUTE,
    streamsPerMinute: read.RATE_LIMIT_PER_MINUTE === 0 ? 0 : read.RATE_LIMIT_STREAMS_PER_MINUTE,
    voteBatches: {
      maxInFlight: read.VOTE_CALLS_IN_FLIGHT,
      maxBatch: read.VOTE_BATCH_MAX,
      spacingMs: read.VOTE_BATCH_SPACING_MS,
      maxQueued: read.VOTE_QUEUE_MAX,
    },
  })
}

const busOf = (read: z.output<typeof settings>): Config['bus'] => {
  const redis = redisOf(read)
  if (redis !== undefined) return { redis }
  if (read.BUS_DATABASE_URL !== undefined) return { databaseUrl: read.BUS_DATABASE_URL }
  throw new ConfigError('bad settings:\n  REDIS_URL or BUS_DATABASE_URL: one of them is required')
}
