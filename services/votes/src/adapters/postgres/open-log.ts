import { failedPrecondition } from '@votestream/errors'
import { randomUUID } from 'node:crypto'
import type { OpenedLog } from '../../domain/ports.js'
import type { Queryable } from '@votestream/postgres'

interface LogRow {
  readonly kind: string
  readonly log_id: string
  readonly partitions: number
}

interface BookmarkRow {
  readonly partition: number
  readonly next_offset: number
}

/** Behind the Genesis record, which is the first of every partition. */
const FIRST_BALLOT_OFFSET = 1

/** Claims the store for a log or checks that it belongs to one like it; within the caller's transaction. */
export const openLog = async (db: Queryable, kind: string, partitions: number): Promise<OpenedLog> => {
  await db.query({
    text: `INSERT INTO votes.log (kind, log_id, partitions) VALUES ($1, $2, $3) ON CONFLICT (singleton) DO NOTHING`,
    values: [kind, randomUUID(), partitions],
  })
  const { rows } = await db.query<LogRow>({ text: `SELECT kind, log_id, partitions FROM votes.log` })
  const log = rows[0]
  if (log?.kind !== kind || log.partitions !== partitions)
    throw failedPrecondition(
      'FOREIGN_LOG',
      `this database was counted from a ${log?.kind ?? 'missing'} log of ${log?.partitions ?? 0} partitions and cannot go on with a ` +
        `${kind} log of ${partitions}: use the settings it was made with, or another database`,
    )
  await db.query({
    text: `INSERT INTO votes.bookmarks (log_id, partition, next_offset)
           SELECT $1, p, $3 FROM generate_series(0, $2::int - 1) AS p ON CONFLICT DO NOTHING`,
    values: [log.log_id, partitions, FIRST_BALLOT_OFFSET],
  })
  // A direct log numbers its ballots from the bookmarks, so it must know the last fold of a dead predecessor. Kafka numbers by itself.
  const read = kind === 'direct' ? lockedBookmarks : readBookmarks
  return { logId: log.log_id, bookmarks: await read(db, log.log_id) }
}

/** Where the partitions are folded up to; waits for nobody. */
export const readBookmarks = async (db: Queryable, logId: string): Promise<ReadonlyMap<number, number>> => {
  const { rows } = await db.query<BookmarkRow>({
    name: 'read-bookmarks',
    text: `SELECT partition, next_offset FROM votes.bookmarks WHERE log_id = $1 ORDER BY partition`,
    values: [logId],
  })
  return bookmarksFrom(rows)
}

/** FOR UPDATE waits for the fold that a killed predecessor may still be committing. */
const lockedBookmarks = async (db: Queryable, logId: string): Promise<ReadonlyMap<number, number>> => {
  const { rows } = await db.query<BookmarkRow>({
    text: `SELECT partition, next_offset FROM votes.bookmarks WHERE log_id = $1 ORDER BY partition FOR UPDATE`,
    values: [logId],
  })
  return bookmarksFrom(rows)
}

const bookmarksFrom = (rows: readonly BookmarkRow[]): ReadonlyMap<number, number> =>
  new Map(rows.map(({ partition, next_offset }) => [partition, next_offset]))
