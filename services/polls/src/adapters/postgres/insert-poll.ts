import { deadlineExceeded } from '@votestream/errors'
import { CommitUnknown } from '@votestream/postgres'
import type { Postgres, Queryable } from '@votestream/postgres'
import { createHash } from 'node:crypto'
import type { Poll, PollDraft } from '../../domain/poll.js'
import { POLL_COLUMNS, POLL_NAMES, pollOfRow } from './poll-row.js'
import type { PollRow } from './poll-row.js'

// Waits for a transaction that has the same key: it commits, and this inserts nothing, or it does not, and this inserts.
const INSERT = `
WITH created AS (
  INSERT INTO polls.polls (question, theme, options, idempotency_key_hash, opens_at, closes_at)
  VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000000), to_timestamp($6::float8 / 1000000))
  ON CONFLICT (idempotency_key_hash) DO NOTHING
  RETURNING ${POLL_COLUMNS}
), counted AS (
  UPDATE polls.poll_counts SET poll_count = poll_count + 1
  WHERE theme = (SELECT coalesce(theme, '') FROM created)
)
SELECT ${POLL_NAMES} FROM created`

const FIND_BY_KEY = `SELECT ${POLL_COLUMNS} FROM polls.polls WHERE idempotency_key_hash = $1`

const insertOrFind = async (
  db: Queryable,
  draft: PollDraft,
  keyHash: Buffer | null,
): Promise<PollRow | undefined> => {
  const { question, theme, options, opensAtUs, closesAtUs } = draft
  const values = [question, theme, options, keyHash, opensAtUs, closesAtUs]
  const { rows: created } = await db.query<PollRow>({ name: 'insert-poll', text: INSERT, values })
  if (created[0] !== undefined) return created[0]
  // A statement of its own: the one above does not see what was committed while it waited.
  return findByHash(db, keyHash)
}

const findByHash = async (db: Queryable, keyHash: Buffer | null): Promise<PollRow | undefined> => {
  const { rows } = await db.query<PollRow>({
    name: 'find-poll-by-key',
    text: FIND_BY_KEY,
    values: [keyHash],
  })
  return rows[0]
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest()

/** The poll that was created with this key. */
export const findPollByKey = async (db: Queryable, key: string): Promise<Poll | undefined> => {
  const row = await findByHash(db, hashOf(key))
  return row && pollOfRow(row)
}

const outcomeUnknown = (cause: unknown): never => {
  if (!(cause instanceof CommitUnknown)) throw cause
  throw deadlineExceeded('OUTCOME_UNKNOWN', 'the poll may have been created', { cause })
}

/** Inserts a poll once for each idempotency key: see PollStore. */
export const insertPoll = async (
  postgres: Pick<Postgres, 'transaction'>,
  draft: PollDraft,
  key: string | undefined,
): Promise<Poll> => {
  const keyHash = key === undefined ? null : hashOf(key)
  const row = await postgres.transaction((db) => insertOrFind(db, draft, keyHash)).catch(outcomeUnknown)
  if (row === undefined) throw new Error('a poll was neither inserted nor found by its key')
  return pollOfRow(row)
}
