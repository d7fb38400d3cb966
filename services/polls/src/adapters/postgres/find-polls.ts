import type { Queryable } from '@votestream/postgres'
import type { Poll } from '../../domain/poll.js'
import { POLL_COLUMNS, pollOfRow } from './poll-row.js'
import type { PollRow } from './poll-row.js'

const FIND = `SELECT ${POLL_COLUMNS} FROM polls.polls WHERE id = ANY ($1::bigint[])`

/** Polls by id, in no order. */
export const findPolls = async (db: Queryable, ids: readonly number[]): Promise<readonly Poll[]> => {
  const { rows } = await db.query<PollRow>({ name: 'find-polls', text: FIND, values: [ids] })
  return rows.map(pollOfRow)
}
