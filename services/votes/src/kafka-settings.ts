import { address, boolean, certificateFile, integer, password, setting, text } from '@votestream/runtime'

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

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const
type SaslMechanism = (typeof MECHANISMS)[number]

const saslMechanism = () =>
  setting(`one of ${MECHANISMS.join(', ')}`, (name) => MECHANISMS.find((each) => each === name))

/** The settings of the log in Kafka. */
export const kafkaSettings = {
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
  KAFKA_TLS: boolean(false).describe('Brokers are spoken to over TLS, and their names verified'),
  KAFKA_CA_FILE: certificateFile()
    .optional()
    .describe('Authorities of the brokers, with KAFKA_TLS, instead of the public ones; read at the start'),
  KAFKA_SASL_MECHANISM: saslMechanism()
    .optional()
    .describe('How votes proves to the brokers who it is; without it, it does not'),
  KAFKA_SASL_USERNAME: text().optional().describe('Who votes is; required with KAFKA_SASL_MECHANISM'),
  KAFKA_SASL_PASSWORD: password()
    .optional()
    .describe("That user's password; required with KAFKA_SASL_MECHANISM"),
}

interface KafkaSettings {
  readonly KAFKA_BROKERS?: readonly string[] | undefined
  readonly KAFKA_TOPIC: string
  readonly KAFKA_PARTITIONS: number
  readonly KAFKA_TLS: boolean
  readonly KAFKA_CA_FILE?: string | undefined
  readonly KAFKA_SASL_MECHANISM?: SaslMechanism | undefined
  readonly KAFKA_SASL_USERNAME?: string | undefined
  readonly KAFKA_SASL_PASSWORD?: string | undefined
  readonly REDIS_URL?: string | undefined
}

/** kafkajs tells its mechanisms apart by their types. */
type SaslConfig = {
  [M in SaslMechanism]: { readonly mechanism: M; readonly username: string; readonly password: string }
}[SaslMechanism]

export interface KafkaConfig {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly partitions: number
  /** Missing: in the clear. Without authorities those that Node knows count. */
  readonly tls?: { readonly ca?: string | undefined } | undefined
  /** Missing: as nobody in particular. */
  readonly sasl?: SaslConfig | undefined
}

const CREDENTIALS = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const

/** What contradicts itself in these settings. */
export const kafkaFaults = (read: KafkaSettings): readonly string[] => {
  const mechanism = read.KAFKA_SASL_MECHANISM
  return [
    ...(read.KAFKA_BROKERS !== undefined && read.REDIS_URL === undefined
      ? ['REDIS_URL: is required with KAFKA_BROKERS']
      : []),
    ...(read.KAFKA_CA_FILE !== undefined && !read.KAFKA_TLS
      ? ['KAFKA_CA_FILE: is of no use unless KAFKA_TLS is true']
      : []),
    ...CREDENTIALS.filter((name) => (read[name] === undefined) !== (mechanism === undefined)).map((name) =>
      mechanism === undefined
        ? `${name}: is of no use without KAFKA_SASL_MECHANISM`
        : `${name}: is required with KAFKA_SASL_MECHANISM`,
    ),
  ]
}

/** The log in Kafka as these settings say; undefined where this process is the log. */
export const kafkaOf = (read: KafkaSettings): KafkaConfig | undefined => {
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, KAFKA_PARTITIONS: partitions } = read
  if (brokers === undefined) return undefined
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username = '' } = read
  const { KAFKA_SASL_PASSWORD: password = '' } = read
  return {
    ...{ brokers, topic, partitions },
    tls: read.KAFKA_TLS ? { ca: read.KAFKA_CA_FILE } : undefined,
    sasl: mechanism && { mechanism, username, password },
  }
}
