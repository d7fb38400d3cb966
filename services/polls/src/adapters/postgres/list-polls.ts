import type { Queryable } from '@votestream/postgres'
import type { Poll } from '../../domain/poll.js'
import type { PollFilter } from '../../domain/ports.js'
import { POLL_COLUMNS, pollOfRow } from './poll-row.js'
import type { PollRow } from './poll-row.js'

const operators = { theme: 'theme =', status: 'status =', beforeId: 'id <' } as const satisfies Record<
  keyof PollFilter,
  string
>

/** At most `limit` polls, newest first. Each set of conditions has a text, and so a plan, of its own: one for all of them would read the whole table for a rare theme. */
export const listPolls = async (
  db: Queryable,
  filter: PollFilter,
  limit: number,
): Promise<readonly Poll[]> => {
  const names = (['theme', 'status', 'beforeId'] as const).filter((name) => filter[name] !== undefined)
  const conditions = names.map((name, index) => `AND ${operators[name]} $${index + 2}`)
  const text = `SELECT ${POLL_COLUMNS} FROM polls.polls WHERE true ${conditions.join(' ')} ORDER BY id DESC LIMIT $1`
  const values = [limit, ...names.map((name) => filter[name])]
  const { rows } = await db.query<PollRow>({ name: ['list-polls', ...names].join('-'), text, values })
  return rows.map(pollOfRow)
}
