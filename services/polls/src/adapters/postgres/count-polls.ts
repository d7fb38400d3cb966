import type { Queryable } from '@votestream/postgres'

/** All polls: a sum over the themes' counts. */
export const countPolls = async (db: Queryable): Promise<number> => {
  const text = 'SELECT coalesce(sum(poll_count), 0)::bigint AS total FROM polls.poll_counts'
  const { rows } = await db.query<{ total: number }>({ name: 'count-polls', text })
  return rows[0]?.total ?? 0
}
