import { redisFaults, redisOf, redisSettings, type RedisAddress } from '@votestream/bus'
import { databaseFaults, databaseOf, databaseSettings, type DatabaseAddress } from '@votestream/postgres'
import { grpcTlsFaults, grpcTlsOf, grpcTlsSettings, type GrpcTls } from '@votestream/rpc'
import { addressList, commonSettings, consistent, integer, port, readEnv } from '@votestream/runtime'
import { z } from 'zod'
import { kafkaFaults, kafkaOf, kafkaSettings, type KafkaConfig } from './kafka-settings.js'

const base = z.object({
  ...commonSettings,
  GRPC_PORT: port(50051).describe('Port of VotesService'),
  ...grpcTlsSettings,
  ...databaseSettings('votestream_votes'),
  // Measured: two connections fold 1.6 times as fast as one, four hardly faster; the rest is for reads.
  DATABASE_POOL_SIZE: integer(6, { min: 2, max: 100 }).describe(
    'Connections to PostgreSQL for folds and reads',
  ),
  POLLS_ADDRESS: addressList().describe('Where PollsService answers'),
  ...kafkaSettings,
  ...redisSettings({
    url: 'Redis: the live view of results and the bus; required with KAFKA_BROKERS',
    prefix: 'Put before every key and channel, so that several meshes can share a Redis',
  }),
})

/** The settings of votes; a key is the name of its environment variable. */
export const settings = consistent(base, (read) => [
  ...databaseFaults(read),
  ...kafkaFaults(read),
  ...redisFaults(read),
  ...grpcTlsFaults(read),
])

export interface Config {
  readonly host: string
  readonly grpcPort: number
  readonly opsPort: number
  readonly drainDelayMs: number
  /** Missing: gRPC in the clear. */
  readonly grpcTls?: GrpcTls | undefined
  readonly database: DatabaseAddress
  readonly databasePoolSize: number
  readonly pollsAddress: string
  /** Missing where this process is the log. */
  readonly kafka?: KafkaConfig | undefined
  /** Missing where the bus is PostgreSQL. */
  readonly redis?: (RedisAddress & { readonly prefix: string }) | undefined
}

/** Reads the configuration of votes; throws one ConfigError that lists every bad variable. */
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
    pollsAddress: read.POLLS_ADDRESS,
    kafka: kafkaOf(read),
    redis: redisOf(read),
  })
}
