import { postgresBus } from '@votestream/bus'
import { createRegistry } from '@votestream/runtime'
import { openDatabase, silentLogger, type TestDatabase } from '@votestream/testing'
import pg from 'pg'
import type { Ground } from './ground.js'

export interface PostgresGround extends Ground {
  readonly database: TestDatabase
  /** Runs SQL as the database's administrator. */
  sql(text: string): Promise<void>
}

/** A database for the bus of one mesh. */
export const openPostgresGround = async (): Promise<PostgresGround> => {
  const database = await openDatabase()
  const url = database.urlFor('bus')
  return {
    database,
    realtimeBus: { databaseUrl: url },
    makeBus: () =>
      postgresBus({ url, logger: silentLogger, registry: createRegistry('test'), listen: ['connections'] }),
    sql: async (text) => {
      const admin = new pg.Client({ connectionString: database.urlFor('admin') })
      await admin.connect()
      await admin.query(text)
      await admin.end()
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
