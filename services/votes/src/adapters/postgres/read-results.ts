import type { PollStatus, Results } from '../../domain/results.js'
import type { Queryable } from '@votestream/postgres'

const READ = `
SELECT q.poll_id, r.version, r.counts, r.status,
  (extract(epoch FROM statement_timestamp()) * 1000000)::bigint AS as_of_us
FROM unnest($1::bigint[]) WITH ORDINALITY AS q(poll_id, position)
LEFT JOIN votes.results r ON r.poll_id = q.poll_id
ORDER BY q.position`

interface ResultsRow {
  readonly poll_id: number
  readonly version: number | null
  readonly counts: readonly (number | string)[] | null
  readonly status: PollStatus | null
  readonly as_of_us: number
}

const PAGE = `
SELECT poll_id, version, counts, status, (extract(epoch FROM statement_timestamp()) * 1000000)::bigint AS as_of_us
FROM votes.results
WHERE poll_id > $1
ORDER BY poll_id
LIMIT $2`

const resultsFrom = (row: ResultsRow): Results => ({
  pollId: row.poll_id,
  version: row.version ?? 0,
  counts: (row.counts ?? []).map(Number),
  status: row.status ?? 'open',
  asOfUs: row.as_of_us,
})

/** Results by poll id, in order; a poll without a row has version 0. */
export const readResults = async (db: Queryable, pollIds: readonly number[]): Promise<readonly Results[]> => {
  const { rows } = await db.query<ResultsRow>({ name: 'read-results', text: READ, values: [pollIds] })
  return rows.map(resultsFrom)
}

/** The results of polls behind `pollId`, by rising id, at most `limit`: the cost of a page does not depend on how many lie before it. */
export const readResultsAfter = async (
  db: Queryable,
  pollId: number,
  limit: number,
): Promise<readonly Results[]> => {
  const { rows } = await db.query<ResultsRow>({
    name: 'read-results-after',
    text: PAGE,
    values: [pollId, limit],
  })
  return rows.map(resultsFrom)
}

/** Sums over results rows: one row for each poll, however many votes it has. */
export const readTotals = async (db: Queryable): Promise<{ totalVotes: number; pollsWithVotes: number }> => {
  const { rows } = await db.query<{ total_votes: number; polls_with_votes: number }>({
    name: 'read-totals',
    text: `SELECT coalesce(sum(total_votes), 0)::bigint AS total_votes, count(*) FILTER (WHERE total_votes > 0) AS polls_with_votes
           FROM votes.results`,
  })
  return { totalVotes: rows[0]?.total_votes ?? 0, pollsWithVotes: rows[0]?.polls_with_votes ?? 0 }
}
