import { createRegistry, type Clock } from '@votestream/runtime'
import { openDatabase, silentLogger } from '@votestream/testing'
import pg from 'pg'
import { postgresBus, type Bus, type Topic } from '../src/index.js'

export interface OpenOptions {
  readonly listen?: readonly Topic[]
  readonly clock?: Clock
}

/** A bus under test and what it counted. */
export interface OpenBus {
  readonly bus: Bus
  /** The number of messages that it could not read. */
  readonly malformed: () => Promise<number>
}

/** An engine with some buses on it, and the ways to harm it. */
export interface BusWorld extends AsyncDisposable {
  /** Opens a bus, and waits until it hears what it listens to. */
  open(options?: OpenOptions): Promise<OpenBus>
  /** Breaks the connection of every bus that listens; they may come back. */
  cutListeners(): Promise<void>
  /** Breaks the connection of every bus that publishes; they may come back. */
  cutPublishers(): Promise<void>
  /** Keeps every bus out, also those that come back, until `allow`. */
  forbid(): Promise<void>
  allow(): Promise<void>
  /** Publishes a payload past every bus. */
  inject(topic: Topic, payload: string): Promise<void>
  /** How many connections the buses hold. */
  connections(): Promise<number>
}

/** Buses on a database of their own. */
export const openPostgresWorld = async (): Promise<BusWorld> => {
  const database = await openDatabase()
  const admin = new pg.Client({ connectionString: database.urlFor('admin') })
  await admin.connect()
  const buses: Bus[] = []

  const run = async (text: string, values: string[] = []): Promise<void> => {
    await admin.query(text, values)
  }
  const cut = (kind: string): Promise<void> =>
    run(
      `SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`,
      [`votestream-bus-${kind}`],
    )
  const name = admin.escapeIdentifier(new URL(database.urlFor('admin')).pathname.slice(1))

  return {
    open: async ({ listen = [], clock } = {}) => {
      const registry = createRegistry('test')
      const bus = postgresBus({
        url: database.urlFor('bus'),
        logger: silentLogger,
        registry,
        listen,
        ...(clock && { clock }),
      })
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
    cutListeners: () => cut('listener'),
    cutPublishers: () => cut('sender'),
    forbid: () => run(`ALTER DATABASE ${name} CONNECTION LIMIT 0`),
    allow: () => run(`ALTER DATABASE ${name} CONNECTION LIMIT -1`),
    inject: (topic, payload) => run('SELECT pg_notify($1, $2)', [`votestream_${topic}`, payload]),
    connections: async () => {
      const { rows } = await admin.query<{ count: number }>(
        `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'votestream-bus-%'`,
      )
      return rows[0]?.count ?? 0
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(buses.map(async (bus) => bus.stop?.()))
      await admin.end()
      await database[Symbol.asyncDispose]()
    },
  }
}
