import type { Queryable } from '@votestream/postgres'

const STILL_OPEN = `
SELECT m.partition
FROM votes.bookmarks m
LEFT JOIN votes.results r ON r.poll_id = $2
WHERE m.log_id = $1 AND NOT m.partition = ANY (coalesce(r.closed_partitions, '{}'))
ORDER BY m.partition`

/** The partitions of a log in which the end of the poll has not been folded yet. */
export const partitionsStillOpen = async (
  db: Queryable,
  logId: string,
  pollId: number,
): Promise<readonly number[]> => {
  const { rows } = await db.query<{ readonly partition: number }>({
    name: 'partitions-still-open',
    text: STILL_OPEN,
    values: [logId, pollId],
  })
  return rows.map(({ partition }) => partition)
}
