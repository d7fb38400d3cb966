import { createRegistry, type Clock, type Registry } from '@votestream/runtime'
import type { Bus, Topic } from '../src/index.js'

export interface OpenOptions {
  readonly listen?: readonly Topic[]
  readonly clock?: Clock
}

/** A bus under test and what it counted. */
export interface OpenBus<AnyBus extends Bus = Bus> {
  readonly bus: AnyBus
  /** The number of messages that it could not read. */
  readonly malformed: () => Promise<number>
}

/** An engine with some buses on it, and the ways to harm it. */
export interface BusWorld<AnyBus extends Bus = Bus> extends AsyncDisposable {
  /** Opens a bus, and waits until it hears what it listens to. */
  open(options?: OpenOptions): Promise<OpenBus<AnyBus>>
  /** Breaks the connection of every bus that listens; they may come back. */
  cutListeners(): Promise<void>
  /** Breaks the connection of every bus that publishes; they may come back. */
  cutPublishers(): Promise<void>
  /** Keeps every bus out, also those that come back, until `allow`. */
  forbid(): Promise<void>
  allow(): Promise<void>
  /** Publishes a payload past every bus; of results, to those who watch poll 1. */
  inject(topic: Topic, payload: string): Promise<void>
  /** How many connections the buses hold. */
  connections(): Promise<number>
}

/** Opens buses and stops them all. */
export const makeOpener = <AnyBus extends Bus>(
  make: (options: OpenOptions & { readonly listen: readonly Topic[]; readonly registry: Registry }) => AnyBus,
) => {
  const buses: AnyBus[] = []
  return {
    open: async ({ listen = [], clock }: OpenOptions = {}): Promise<OpenBus<AnyBus>> => {
      const registry = createRegistry('test')
      const bus = make({ listen, registry, ...(clock && { clock }) })
      buses.push(bus)
      const ready = new Promise<void>((resolve) => bus.onReady(resolve))
      await bus.start?.()
      if (listen.length > 0) await ready
      return {
        bus,
        malformed: async () => {
          const metric = await registry.getSingleMetric('votestream_bus_messages_malformed_total')?.get()
          return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0
        },
      }
    },
    stopAll: async (): Promise<void> => {
      await Promise.all(buses.map(async (bus) => bus.stop?.()))
    },
  }
}
