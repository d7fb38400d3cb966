import type { Clock } from '@votestream/runtime'
import { REQUEST_TIMEOUT_MS, type Producer } from './kafka-client.js'

/** Beyond the client's own limits for connecting and for a request: a send that never settles must not stop all that come after it. */
const SEND_WITHIN_MS = 2 * REQUEST_TIMEOUT_MS

type Send = Producer['send']

/**
 * A producer that is made anew after every request that failed: kafkajs gives up a request that is not answered, but goes on sending to the
 * same socket and the same leader, which may be gone for good.
 */
export class RenewedProducer {
  readonly #open: () => Producer
  readonly #clock: Clock
  #current: Promise<Producer> | undefined
  readonly #leaving = new Set<Promise<void>>()

  constructor({ first, open, clock }: { first: Producer; open: () => Producer; clock: Clock }) {
    this.#open = open
    this.#clock = clock
    this.#current = Promise.resolve(first)
  }

  readonly send: Send = async (record) => {
    const current = (this.#current ??= connected(this.#open()))
    const over = new AbortController()
    const late = this.#clock.sleep(SEND_WITHIN_MS, over.signal).then(() => {
      throw new Error('the brokers do not answer')
    })
    late.catch(() => undefined)
    try {
      return await Promise.race([current.then((producer) => producer.send(record)), late])
    } catch (error) {
      this.#leave(current)
      throw error
    } finally {
      over.abort()
    }
  }

  /** Resolves when every connection is closed. */
  async disconnect(): Promise<void> {
    if (this.#current) this.#leave(this.#current)
    await Promise.all(this.#leaving)
  }

  /** In the background: a client whose broker is silent ends when its requests have run out of time. */
  #leave(producer: Promise<Producer>): void {
    if (this.#current === producer) this.#current = undefined
    const leaving = producer
      .then((each) => each.disconnect())
      .catch(() => undefined)
      .finally(() => this.#leaving.delete(leaving))
    this.#leaving.add(leaving)
  }
}

const connected = async (producer: Producer): Promise<Producer> => {
  try {
    await producer.connect()
    return producer
  } catch (error) {
    await producer.disconnect().catch(() => undefined)
    throw error
  }
}
