import { postgresPool, type Postgres } from '@votestream/postgres'
import { systemClock } from '@votestream/runtime'
import { aRegistry, silentLogger, type TestDatabase } from '@votestream/testing'
import type { PollStatus } from '../../src/domain/results.js'

/** The tables as a reader sees them, each in the order of its key. */
export interface Tables {
  readonly bookmarks: readonly (readonly [partition: number, next: number])[]
  readonly votes: readonly (readonly [pollId: number, ballotKey: string, voteId: string, choice: number])[]
  readonly results: readonly (readonly [
    pollId: number,
    version: number,
    total: number,
    counts: readonly number[],
    status: PollStatus,
  ])[]
  readonly rejections: readonly (readonly [pollId: number, voteId: string, reason: string])[]
  readonly quarantine: readonly (readonly [
    partition: number,
    offset: number,
    record: unknown,
    sqlState: string,
  ])[]
}

/** A session that waits for a lock. */
export interface LockWait {
  readonly pid: number
  readonly behind: readonly number[]
  /** True when it waits for a row of votes.bookmarks. */
  readonly forBookmark: boolean
}

const rowsOf = (columns: string, table: string, order: string): string =>
  `(SELECT coalesce(json_agg(json_build_array(${columns}) ORDER BY ${order}), '[]') FROM votes.${table})`

// One statement: all tables at one moment.
const READ_TABLES = `SELECT json_build_object(
  'bookmarks', ${rowsOf('partition, next_offset', 'bookmarks', 'partition')},
  'votes', ${rowsOf('poll_id, ballot_key, vote_id, choice', 'votes', 'poll_id, ballot_key')},
  'results', ${rowsOf('poll_id, version, total_votes, counts, status', 'results', 'poll_id')},
  'rejections', ${rowsOf('poll_id, vote_id, reason', 'rejections', 'poll_id, vote_id')},
  'quarantine', ${rowsOf('partition, log_offset, record, error', 'quarantine', 'partition, log_offset')}
) AS tables`

// Who waits for a row holds or asks for the lock of its tuple.
const READ_WAITS = `
SELECT pid, pg_blocking_pids(pid) AS behind, EXISTS (
  SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'tuple' AND l.relation = 'votes.bookmarks'::regclass
) AS "forBookmark"
FROM pg_stat_activity a
WHERE pid = ANY($1::int[]) AND wait_event_type = 'Lock'`

const WIPE = `
DELETE FROM votes.votes; DELETE FROM votes.results; DELETE FROM votes.rejections; DELETE FROM votes.quarantine;
UPDATE votes.bookmarks SET next_offset = 1`

// A deadlock is to be told at once, not after the second that PostgreSQL gives it; and no crash is played here, so nobody waits for the disk.
const SETTINGS = { deadlock_timeout: '50ms', synchronous_commit: 'off' } as const

/** A superuser's session beside those under test. */
export interface Witness extends AsyncDisposable {
  readTables(): Promise<Tables>
  readWaits(pids: readonly number[]): Promise<readonly LockWait[]>
  /** Ends a server process, and resolves when its transaction is rolled back. */
  terminate(pid: number): Promise<void>
  /** Empties the tables and puts all bookmarks back to the start. */
  wipe(): Promise<void>
}

/** Opens the witness of a database; sessions that are opened later find deadlocks quickly. */
export const openWitness = async (database: TestDatabase): Promise<Witness> => {
  const pg = postgresPool({
    ...{ url: database.urlFor('admin'), max: 1, applicationName: 'test-witness' },
    ...{ logger: silentLogger, registry: aRegistry() },
  })
  for (const [name, value] of Object.entries(SETTINGS))
    await pg.query({
      text: `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET ${name} = %L', current_database(), '${value}'); END $$`,
    })
  return {
    readTables: async () => (await one<{ tables: Tables }>(pg, READ_TABLES)).tables,
    readWaits: async (pids) => (await pg.query<LockWait>({ text: READ_WAITS, values: [pids] })).rows,
    terminate: async (pid) => {
      await pg.query({ text: 'SELECT pg_terminate_backend($1)', values: [pid] })
      while (await isThere(pg, pid)) await systemClock.sleep(1)
    },
    wipe: async () => {
      await pg.query({ text: WIPE })
    },
    [Symbol.asyncDispose]: () => pg.stop(),
  }
}

const one = async <Row>(pg: Postgres, text: string): Promise<Row> =>
  (await pg.query<Row>({ text })).rows[0] as Row

const isThere = async (pg: Postgres, pid: number): Promise<boolean> => {
  const text = 'SELECT FROM pg_stat_activity WHERE pid = $1'
  return (await pg.query({ text, values: [pid] })).rowCount > 0
}
