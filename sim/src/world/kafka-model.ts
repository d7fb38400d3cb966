import kafkajs from 'kafkajs'
import type { SimProcess } from '../kernel/process.js'
import { connectionError, type Brokers } from './brokers.js'
import { GroupModel } from './group-model.js'
import { ConsumerModel } from './kafka-consumer.js'
import { ProducerModel } from './kafka-producer.js'
import { TopicModel } from './topic-model.js'
import type { World } from './world.js'

/** The brokers: one topic and its group. */
export class KafkaModel implements Brokers {
  readonly world: World
  readonly topic: TopicModel
  readonly group: GroupModel
  readonly #clients = new Map<string, SimProcess>()
  readonly #consumers = new Set<ConsumerModel>()

  constructor(world: World) {
    this.world = world
    this.topic = new TopicModel(world)
    this.group = new GroupModel(world, () => this.topic.partitions ?? 0)
  }

  /** The address under which a process reaches these brokers. */
  addressFor(process: SimProcess): string {
    const address = `${process.name}.${nextAddress++}`
    worlds.set(address, this)
    this.#clients.set(address, process)
    return address
  }

  /** Brokers that stay away for long end the consumers, as kafkajs does when its retries are used up. */
  goAway(lastsMs: number): void {
    this.world.climate.away('kafka', lastsMs)
    for (const consumer of this.#consumers) consumer.brokersAway()
  }

  forget(): void {
    for (const address of this.#clients.keys()) worlds.delete(address)
  }

  /** What `new Kafka({ brokers: [address] })` gives. */
  client(address: string) {
    const process = this.#clients.get(address)
    if (!process) throw new Error(`no process has the address ${address}`)
    const consumer = (): ConsumerModel => {
      const made = new ConsumerModel(this, process)
      this.#consumers.add(made)
      return made
    }
    return {
      producer: () => new ProducerModel(this, process),
      admin: () => this.#admin(process),
      consumer,
      [Symbol('private:Kafka:createCluster')]: () => this.#cluster(process),
    }
  }

  #admin(process: SimProcess) {
    const { topic } = this
    const ask = <T>(what: string, answer: () => T): Promise<T> =>
      process.exchange(`kafka: ${what}`, answer, connectionError)
    return {
      connect: () => ask('admin connects', () => undefined),
      disconnect: () => Promise.resolve(),
      fetchTopicMetadata: () => ask('topic metadata', () => ({ topics: [this.#metadata()] })),
      createTopics: ({ topics: [wanted] }: { topics: { numPartitions: number }[] }) =>
        ask('create topic', () => topic.create(wanted?.numPartitions ?? 1)),
      fetchTopicOffsets: () =>
        ask('topic offsets', () =>
          Array.from({ length: topic.partitions ?? 0 }, (_, partition) => ({
            ...{ partition, low: '0' },
            high: String(topic.endOf(partition)),
          })),
        ),
    }
  }

  #metadata(): { partitions: number[] } {
    const { partitions } = this.topic
    if (partitions === undefined)
      throw Object.assign(new Error('no such topic'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' })
    return { partitions: Array.from({ length: partitions }, (_, partition) => partition) }
  }

  #cluster(process: SimProcess) {
    const fetch = ({ topics: [wanted] }: FetchRequest) =>
      process.exchange(
        'kafka: fetch first record',
        () => {
          const [value] = this.topic.read(wanted?.partitions[0]?.partition ?? 0, 0, 1)
          return { responses: [{ partitions: [{ messages: value ? [{ offset: '0', value }] : [] }] }] }
        },
        connectionError,
      )
    return {
      connect: () => process.exchange('kafka: cluster connects', () => undefined, connectionError),
      disconnect: () => Promise.resolve(),
      addTargetTopic: () => Promise.resolve(),
      findLeaderForPartitions: (_topic: string, partitions: readonly number[]) => ({ 0: partitions }),
      findBroker: () => Promise.resolve({ fetch }),
    }
  }
}

interface FetchRequest {
  readonly topics: readonly { readonly partitions: readonly { readonly partition: number }[] }[]
}

const worlds = new Map<string, KafkaModel>()
let nextAddress = 0

/** From now on kafkajs speaks to models: the service's own wiring makes its clients, and the address says whose they are. */
export const replaceKafka = (): void => {
  const replaceable = kafkajs as unknown as { Kafka: unknown }
  replaceable.Kafka = function Kafka({ brokers: [address = ''] }: { brokers: string[] }) {
    const model = worlds.get(address)
    if (!model) throw new Error(`there are no brokers at ${address}`)
    return model.client(address)
  }
}
