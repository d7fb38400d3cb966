import { redisFaults, redisOf, redisSettings, type RedisAddress } from '@votestream/bus'
import { databaseFaults, databaseOf, databaseSettings, type DatabaseAddress } from '@votestream/postgres'
import { grpcTlsFaults, grpcTlsOf, grpcTlsSettings, type GrpcTls } from '@votestream/rpc'
import { addressList, commonSettings, consistent, integer, port, readEnv, secret } from '@votestream/runtime'
import { z } from 'zod'

/** As strong as the key of HMAC-SHA256 can be, if it is drawn well. */
const MANAGE_SECRET_LENGTH = 32

const base = z.object({
  ...commonSettings,
  GRPC_PORT: port(50051).describe('Port of PollsService'),
  ...grpcTlsSettings,
  ...databaseSettings('votestream_polls'),
  // Every use case is one or two short statements; four connections do thousands of them a second.
  DATABASE_POOL_SIZE: integer(4, { min: 1, max: 100 }).describe('Connections to PostgreSQL'),
  VOTES_ADDRESS: addressList().describe('Where VotesService answers'),
  MANAGE_SECRET: secret(MANAGE_SECRET_LENGTH).describe(
    'Manage tokens are derived from it, the same on every replica; when it changes, all tokens given so far become wrong',
  ),
  ...redisSettings({
    url: 'Redis of the bus: what changes is told there; without it over DATABASE_URL',
    prefix: 'Stands before every channel in Redis, so that several meshes can share one',
  }),
})

/** The settings of polls; a key is the name of its environment variable. */
export const settings = consistent(base, (read) => [
  ...databaseFaults(read),
  ...redisFaults(read),
  ...grpcTlsFaults(read),
])

export interface Config {
  readonly host: string
  readonly grpcPort: number
  readonly opsPort: number
  readonly drainDelayMs: number
  /** Undefined: gRPC in the clear. */
  readonly grpcTls: GrpcTls | undefined
  readonly database: DatabaseAddress
  readonly databasePoolSize: number
  readonly votesAddress: string
  readonly manageSecret: string
  /** Undefined: the bus is PostgreSQL. */
  readonly redis: (RedisAddress & { readonly prefix: string }) | undefined
}

/** Reads the configuration of polls; throws one ConfigError that lists every bad variable. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const read = readEnv(settings, env)
  return Object.freeze({
    host: read.HOST,
    grpcPort: read.GRPC_PORT,
    opsPort: read.OPS_PORT,
    drainDelayMs: read.DRAIN_DELAY_MS,
    grpcTls: grpcTlsOf(read),
    database: databaseOf(read),
    databasePoolSize: read.DATABASE_POOL_SIZE,
    votesAddress: read.VOTES_ADDRESS,
    manageSecret: read.MANAGE_SECRET,
    redis: redisOf(read),
  })
}
