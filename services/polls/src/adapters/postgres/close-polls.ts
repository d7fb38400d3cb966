import type { Queryable } from '@votestream/postgres'
import type { StartedClose } from '../../domain/ports.js'

interface StartedRow {
  readonly poll_id: number
  readonly close_id: string
}

const STARTED = `
  SET status = 'closing', close_id = coalesce(close_id, gen_random_uuid()),
    close_leased_until = now() + $2 * interval '1 millisecond'`

const startedOf = (rows: readonly StartedRow[]): readonly StartedClose[] =>
  rows.map(({ poll_id, close_id }) => ({ pollId: poll_id, closeId: close_id }))

/** Undefined when the poll is closed, or somebody is at it. */
export const startClose = async (
  db: Queryable,
  pollId: number,
  leaseMs: number,
): Promise<StartedClose | undefined> => {
  const { rows } = await db.query<StartedRow>({
    name: 'start-close',
    text: `UPDATE polls.polls ${STARTED}
           WHERE id = $1 AND status <> 'closed' AND coalesce(close_leased_until < now(), true)
           RETURNING id AS poll_id, close_id`,
    values: [pollId, leaseMs],
  })
  return startedOf(rows)[0]
}

// Two lists, so that each has an index of its own; what another replica takes at this moment is skipped.
const START_DUE = `
WITH due AS (
  SELECT id FROM polls.polls
  WHERE status = 'open' AND closes_at <= now()
  ORDER BY closes_at LIMIT $1 FOR UPDATE SKIP LOCKED
), left_over AS (
  SELECT id FROM polls.polls
  WHERE status = 'closing' AND coalesce(close_leased_until < now(), true)
  ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
), taken AS (
  SELECT id FROM left_over UNION ALL SELECT id FROM due LIMIT $1
)
UPDATE polls.polls p ${STARTED}
FROM taken WHERE p.id = taken.id
RETURNING p.id AS poll_id, p.close_id`

/** At most `limit` polls: those that were left over first. */
export const startDueCloses = async (
  db: Queryable,
  limit: number,
  leaseMs: number,
): Promise<readonly StartedClose[]> => {
  const values = [limit, leaseMs]
  const { rows } = await db.query<StartedRow>({ name: 'start-due-closes', text: START_DUE, values })
  return startedOf(rows)
}

export const finishClose = async (db: Queryable, pollId: number): Promise<void> => {
  await db.query({
    name: 'finish-close',
    text: `UPDATE polls.polls SET status = 'closed', closed_at = now(), close_leased_until = NULL
           WHERE id = $1 AND status = 'closing'`,
    values: [pollId],
  })
}

/** Nobody tries again before that time is over. */
export const putOffClose = async (db: Queryable, pollId: number, forMs: number): Promise<void> => {
  await db.query({
    name: 'put-off-close',
    text: `UPDATE polls.polls SET close_leased_until = now() + $2 * interval '1 millisecond'
           WHERE id = $1 AND status = 'closing'`,
    values: [pollId, forMs],
  })
}
