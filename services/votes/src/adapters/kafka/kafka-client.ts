import type { Logger } from '@votestream/runtime'
import kafkajs, { type Admin, type Consumer, type Kafka, type Producer, type SASLOptions } from 'kafkajs'
import type { FirstRecord } from './genesis-check.js'
import { patchRequestQueue } from './patch-request-queue.js'
import { readFirstRecords } from './read-first-records.js'

export type { Admin, Consumer, Producer }

/** A broker that has not answered by then is taken for frozen; the same as the append's whole budget (DESIGN.md section 5). */
export const REQUEST_TIMEOUT_MS = 1_500
const CONNECT_TIMEOUT_MS = 1_000
/** After a kill -9 the group waits that long for the dead member (C7); shorter would drop members whose machine is busy. */
const SESSION_TIMEOUT_MS = 6_000
const REBALANCE_TIMEOUT_MS = 10_000
/** How late a member notices that the group wants to share the partitions anew: nothing is folded meanwhile. */
const HEARTBEAT_INTERVAL_MS = 500
/** Does not touch latency; a disconnect waits for it. An idle log of six partitions costs 0.75 % of a core, with its heartbeats (measured). */
const FETCH_WAIT_MS = 500
/** About 1,200 ballots of each partition in one fold. */
const FETCH_BYTES_PER_PARTITION = 128 * 1024
/** Reconnects are at most a second apart (C7). Few, so that a client that is stopped ends by itself; what needs it is built anew. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 2, factor: 0.2 }
const CONSUMER_RETRIES = 4

/** How the brokers are spoken to. */
export interface KafkaSecurity {
  /** Undefined: in the clear. Without authorities those that Node knows count. */
  readonly tls?: { readonly ca?: string | undefined } | undefined
  /** Undefined: as nobody in particular. */
  readonly sasl?: SASLOptions | undefined
}

export interface KafkaOptions extends KafkaSecurity {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly clientId: string
  readonly logger: Logger
}

/** The clients of one votes process. */
export interface KafkaClients {
  producer(): Producer
  admin(): Admin
  /** Every call gives a new member of the group. */
  consumer(): Consumer
  /** The first records of partitions that have some. */
  firstRecords(partitions: readonly number[]): Promise<readonly FirstRecord[]>
}

/** kafkajs with the settings of LIBRARIES.md: no idempotent producer, no retries of its own in the append, group offsets unused. */
export const kafkaClients = ({ brokers, topic, clientId, logger, tls, sasl }: KafkaOptions): KafkaClients => {
  patchRequestQueue()
  const client = (retries: number): Kafka =>
    new kafkajs.Kafka({
      ...{ clientId, brokers: [...brokers] },
      ...(tls && { ssl: tls.ca === undefined ? true : { ca: tls.ca } }),
      ...(sasl && { sasl }),
      ...{
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        enforceRequestTimeout: true,
      },
      retry: { ...RETRY, retries },
      // What matters of it is told by whoever uses the client, once.
      logCreator: () => (entry) => logger.debug({ kafka: entry.namespace, ...entry.log }, entry.log.message),
    })
  const [once, persistent] = [client(0), client(CONSUMER_RETRIES)]
  return {
    producer: () =>
      once.producer({
        allowAutoTopicCreation: false,
        idempotent: false,
        createPartitioner:
          () =>
          ({ message }) =>
            message.partition ?? 0,
      }),
    admin: () => once.admin(),
    firstRecords: (partitions) => readFirstRecords(once, topic, partitions),
    consumer: () =>
      persistent.consumer({
        groupId: `${topic}-fold`,
        ...{ sessionTimeout: SESSION_TIMEOUT_MS, rebalanceTimeout: REBALANCE_TIMEOUT_MS },
        ...{ heartbeatInterval: HEARTBEAT_INTERVAL_MS, maxWaitTimeInMs: FETCH_WAIT_MS, minBytes: 1 },
        maxBytesPerPartition: FETCH_BYTES_PER_PARTITION,
        allowAutoTopicCreation: false,
        retry: { ...RETRY, retries: CONSUMER_RETRIES, restartOnFailure: () => Promise.resolve(false) },
      }),
  }
}
