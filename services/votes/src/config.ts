import {
  address,
  addressList,
  commonSettings,
  ConfigError,
  integer,
  port,
  readEnv,
  secretUrl,
  setting,
  text,
} from '@votestream/runtime'
import { z } from 'zod'

/** What Kafka takes for a topic's name. */
const TOPIC = /^[A-Za-z0-9._-]{1,200}$/
const topicName = () =>
  setting('1 to 200 letters, digits, dots, hyphens and underscores', (name) =>
    TOPIC.test(name) ? name : undefined,
  )

/** Where a client begins; it learns of the others there. */
const brokerList = () =>
  setting('host:port, several of them with commas between', (list): readonly string[] | undefined => {
    const brokers = list.split(',').map((each) => each.trim())
    return brokers.every((each) => address().safeParse(each).success) ? brokers : undefined
  })

export const settings = z.object({
  ...commonSettings,
  GRPC_PORT: port(50051).describe('Port of VotesService'),
  DATABASE_URL: secretUrl().describe('PostgreSQL, as role votestream_votes'),
  // Measured: two connections fold 1.6 times as fast as one, four hardly faster; the rest is for reads.
  DATABASE_POOL_SIZE: integer(6, { min: 2, max: 100 }).describe(
    'Connections to PostgreSQL for folds and reads',
  ),
  POLLS_ADDRESS: addressList().describe('Where PollsService answers'),
  KAFKA_BROKERS: brokerList()
    .optional()
    .describe(
      'Kafka, which keeps the log of votes; without it the log is this process, which must be the only one',
    ),
  KAFKA_TOPIC: topicName().default('votes').describe('The topic of the log; made when it does not exist'),
  // Each one splits the batches: 6 for a few replicas, 24 for many (DESIGN.md section 1.4).
  KAFKA_PARTITIONS: integer(6, { min: 1, max: 1_000 }).describe(
    "The topic's partitions: as many replicas can share the counting. Cannot be changed once votes were counted",
  ),
  REDIS_URL: secretUrl(['redis', 'rediss'])
    .optional()
    .describe('Redis: the live view of results and the bus; required with KAFKA_BROKERS'),
  REDIS_PREFIX: text()
    .default('')
    .describe('Put before every key and channel, so that several meshes can share a Redis'),
})

export interface KafkaConfig {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly partitions: number
}

export interface RedisConfig {
  readonly url: string
  readonly prefix: string
}

export interface Config {
  readonly host: string
  readonly grpcPort: number
  readonly opsPort: number
  readonly drainDelayMs: number
  readonly databaseUrl: string
  readonly databasePoolSize: number
  readonly pollsAddress: string
  /** Missing where this process is the log. */
  readonly kafka?: KafkaConfig | undefined
  /** Missing where the bus is PostgreSQL. */
  readonly redis?: RedisConfig | undefined
}

/** Reads the configuration of votes; throws one ConfigError that lists every bad variable. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const read = readEnv(settings, env)
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, KAFKA_PARTITIONS: partitions, REDIS_URL: url } = read
  if (brokers && url === undefined)
    throw new ConfigError('bad settings:\n  REDIS_URL: is required with KAFKA_BROKERS')
  return Object.freeze({
    host: read.HOST,
    grpcPort: read.GRPC_PORT,
    opsPort: read.OPS_PORT,
    drainDelayMs: read.DRAIN_DELAY_MS,
    databaseUrl: read.DATABASE_URL,
    databasePoolSize: read.DATABASE_POOL_SIZE,
    pollsAddress: read.POLLS_ADDRESS,
    kafka: brokers && { brokers, topic, partitions },
    redis: url === undefined ? undefined : { url, prefix: read.REDIS_PREFIX },
  })
}
