import { createRequire } from 'node:module'
import type { SimProcess } from '../kernel/process.js'
import { connectionError, type Brokers } from './brokers.js'

/** REQUEST_TIMEOUT_MS of votes' client: nobody waits longer for an answer. */
const REQUEST_TIMEOUT_MS = 1_500
/** Of a thousand requests: how many fail for some of their partitions, and how many are written after they were given up. */
const IN_PART = 8
const LATE = 8
const LATE_MS = 100
/** Of a thousand more: how many answers leave out a partition whose records were written. */
const UNTOLD = 8
/** How many requests begin with another one: the process may stand still between them. */
const METADATA = 0.1

const ALL_WELL = IN_PART + LATE + UNTOLD

interface Message {
  readonly partition: number
  readonly value: Buffer
}

interface Answer {
  readonly topicName: string
  readonly partition: number
  readonly errorCode: number
  readonly baseOffset: string
}

const require = createRequire(import.meta.url)
const { prototype } = require('kafkajs/src/network/requestQueue/index.js') as {
  readonly prototype: { push(this: object, request: object): void }
}

/** What of kafkajs' queue decides that a request may still be written. */
const writeOrThrow = (): void => {
  const queue = { createSocketRequest: () => ({}), canSendSocketRequestImmediately: () => true }
  prototype.push.call({ ...queue, sendSocketRequest: () => undefined }, { entry: { correlationId: 0 } })
}

/** kafkajs' producer, without idempotence: a request that is given up may have been written, wholly or in part. */
export class ProducerModel {
  readonly #kafka: Brokers
  readonly #process: SimProcess

  constructor(kafka: Brokers, process: SimProcess) {
    this.#kafka = kafka
    this.#process = process
  }

  connect(): Promise<void> {
    return this.#process.exchange('kafka: producer connects', () => undefined, connectionError)
  }

  disconnect(): Promise<void> {
    return Promise.resolve()
  }

  async send({ messages }: { readonly messages: readonly Message[] }): Promise<readonly Answer[]> {
    const { world } = this.#kafka
    const { random } = world.kernel
    if (random.chance(METADATA))
      await this.#process.exchange('kafka: metadata', () => undefined, connectionError)
    writeOrThrow()
    const heard = { written: false }
    const fate = world.climate.isCalm ? ALL_WELL : random.below(1000)
    const produce = this.#process.exchange(
      'kafka: produce',
      () => {
        heard.written = true
        return this.#write(messages, fate)
      },
      connectionError,
    )
    const noted = produce.catch((error: unknown) => {
      if (fate >= IN_PART + LATE) world.coverage.count(heard.written ? 'append unheard' : 'append lost')
      throw error
    })
    return this.#orGiveUp(noted)
  }

  #write(messages: readonly Message[], fate: number): readonly Answer[] {
    const { world } = this.#kafka
    const partitions = [...new Set(messages.map(({ partition }) => partition))]
    if (fate < IN_PART && partitions.length > 1) {
      world.coverage.count('append in part')
      this.#append(messages.filter(({ partition }) => partition === partitions[0]))
      throw connectionError()
    }
    if (fate >= IN_PART && fate < IN_PART + LATE) {
      world.coverage.count('append late')
      world.kernel.after(world.kernel.random.next() * LATE_MS, 'kafka: a late append', () =>
        this.#append(messages),
      )
      throw connectionError()
    }
    const answers = this.#append(messages)
    if (fate < IN_PART + LATE || fate >= ALL_WELL || answers.length === 1) return answers
    world.coverage.count('append untold')
    return answers.slice(1)
  }

  #append(messages: readonly Message[]): readonly Answer[] {
    const bases = new Map<number, number>()
    for (const { partition, value } of messages) {
      const offset = this.#kafka.topic.append(partition, value)
      if (!bases.has(partition)) bases.set(partition, offset)
    }
    return [...bases].map(([partition, offset]) => ({
      ...{ topicName: 'votes', partition, errorCode: 0 },
      baseOffset: String(offset),
    }))
  }

  #orGiveUp<T>(sent: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void =>
        reject(Object.assign(new Error('Request timed out'), { name: 'KafkaJSRequestTimeoutError' }))
      const timer = this.#process.clock.setTimeout(giveUp, REQUEST_TIMEOUT_MS)
      sent.then(resolve, reject).finally(() => timer.cancel())
    })
  }
}
