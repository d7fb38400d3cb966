import { Redis } from 'ioredis'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readLogValues } from '../accounts/log.js'
import { storesOf } from '../accounts/stores.js'
import { readResults } from '../client/polls.js'
import type { Rest } from '../client/rest.js'
import { askRecord } from '../run-record.js'
import { shown } from './history.js'
import type { Observer } from './observers.js'

type Row = Readonly<Record<string, unknown>>

/** The tables that a fold writes, in an order of their own so that two dumps can be compared by line; 64-bit numbers come as text. */
const TABLES = {
  votes: 'SELECT poll_id, ballot_key, vote_id, choice FROM votes.votes ORDER BY poll_id, ballot_key',
  results: 'SELECT poll_id, version, total_votes, counts, status FROM votes.results ORDER BY poll_id',
  rejections: 'SELECT poll_id, vote_id, reason FROM votes.rejections ORDER BY poll_id, vote_id',
  quarantine:
    'SELECT log_id, partition, log_offset FROM votes.quarantine ORDER BY log_id, partition, log_offset',
  bookmarks: 'SELECT log_id, partition, next_offset FROM votes.bookmarks ORDER BY log_id, partition',
}
const NUMBERS = ['poll_id', 'version', 'total_votes', 'log_offset', 'next_offset']

/** Writes the tables of the record to a folder. */
export const dumpTables = async (runFolder: string, folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true })
  for (const [table, query] of Object.entries(TABLES)) {
    const rows = await askRecord<Row>(runFolder, query)
    await writeLines(join(folder, `${table}.jsonl`), rows.map(withNumbers))
  }
}

const withNumbers = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (name === 'counts') return [name, (value as string[]).map(Number)]
      return [name, NUMBERS.includes(name) ? Number(value) : value]
    }),
  )

interface Places {
  readonly runFolder: string
  readonly gateways: readonly Rest[]
  readonly polls: readonly number[]
  readonly observers: readonly Observer[]
}

/** Writes every account of the votes to a folder: the log's raw bytes, the tables, Redis, what streams show and what gateways say. */
export const dumpStores = async (
  { runFolder, gateways, polls, observers }: Places,
  folder: string,
): Promise<void> => {
  await dumpTables(runFolder, folder)
  const write = (name: string, rows: readonly object[]) => writeLines(join(folder, `${name}.jsonl`), rows)
  const stores = await storesOf(runFolder)
  const partitions = await readLogValues(stores)
  const records = partitions.flatMap((values, partition) =>
    values.map((value, offset) => ({ partition, offset, value_hex: value.toString('hex') })),
  )
  await write('kafka', records)
  await write('store-log', await askRecord<Row>(runFolder, 'SELECT kind, log_id, partitions FROM votes.log'))
  await write('redis', await readRedis(stores.redis ?? ''))
  const open = observers.filter(({ isOpen }) => isOpen)
  await write(
    'streams',
    open.flatMap(({ name, latest }) => (latest ? [{ client: name, ...shown(latest) }] : [])),
  )
  const reads = gateways.flatMap((gateway) =>
    polls.map(async (poll) => ({ ...shown(await readResults(gateway, poll)), gateway: gateway.url })),
  )
  await write('reads', await Promise.all(reads))
}

const readRedis = async (url: string): Promise<readonly object[]> => {
  const redis = new Redis(url)
  try {
    const keys = await redis.keys('results:*')
    return await Promise.all(keys.map(async (key) => ({ key, value: await redis.get(key) })))
  } finally {
    redis.disconnect()
  }
}

const writeLines = (file: string, rows: readonly object[]): Promise<void> =>
  writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
