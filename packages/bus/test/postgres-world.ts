import { openDatabase, silentLogger } from '@votestream/testing'
import pg from 'pg'
import { postgresBus } from '../src/index.js'
import { makeOpener, type BusWorld } from './bus-world.js'

/** Buses on a database of their own. */
export const openPostgresWorld = async (): Promise<BusWorld> => {
  const database = await openDatabase()
  const admin = new pg.Client({ connectionString: database.urlFor('admin') })
  await admin.connect()
  const buses = makeOpener((options) =>
    postgresBus({ ...options, url: database.urlFor('bus'), logger: silentLogger }),
  )

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
    open: buses.open,
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
      await buses.stopAll()
      await admin.end()
      await database[Symbol.asyncDispose]()
    },
  }
}
