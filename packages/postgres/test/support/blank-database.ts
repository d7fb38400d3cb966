import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { urlForDatabase } from '../../src/role-url.js'

export interface BlankDatabase extends AsyncDisposable {
  readonly name: string
  /** The superuser's. */
  readonly url: string
  [Symbol.asyncDispose](): Promise<void>
  /** Asks as the superuser, outside every pool. */
  ask<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
}

/** Creates an empty database on the server of VOTESTREAM_TEST_POSTGRES; it is dropped when disposed. */
export const blankDatabase = async (): Promise<BlankDatabase> => {
  const serverUrl = process.env.VOTESTREAM_TEST_POSTGRES
  if (!serverUrl) throw new Error('VOTESTREAM_TEST_POSTGRES is not set: run the tests by `npm test`')
  const name = `blank_${randomBytes(6).toString('hex')}`
  const url = urlForDatabase(serverUrl, name)
  await askAt(serverUrl, `CREATE DATABASE ${name}`)
  return {
    name,
    url,
    ask: (text, values) => askAt(url, text, values),
    [Symbol.asyncDispose]: async () => {
      await askAt(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

/** Asks over a connection of its own. */
export const askAt = async <Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text, values)).rows
  } finally {
    await client.end()
  }
}
