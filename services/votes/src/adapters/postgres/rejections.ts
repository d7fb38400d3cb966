import type { Queryable } from '@votestream/postgres'

export interface Rejection {
  readonly pollId: number
  readonly voteId: string
  readonly reason: string
}

const REMEMBER = `
INSERT INTO votes.rejections (poll_id, vote_id, reason)
SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[]) AS r(poll_id, vote_id, reason)
ORDER BY poll_id, vote_id
ON CONFLICT (poll_id, vote_id) DO NOTHING`

export const rememberRejections = async (db: Queryable, rejections: readonly Rejection[]): Promise<void> => {
  await db.query({
    name: 'remember-rejections',
    text: REMEMBER,
    values: [
      rejections.map(({ pollId }) => pollId),
      rejections.map(({ voteId }) => voteId),
      rejections.map(({ reason }) => reason),
    ],
  })
}

/** Deletes rejections older than `ageMs` and says how many. */
export const forgetRejections = async (db: Queryable, ageMs: number): Promise<number> => {
  const { rowCount } = await db.query({
    text: `DELETE FROM votes.rejections WHERE rejected_at < now() - $1 * interval '1 millisecond'`,
    values: [ageMs],
  })
  return rowCount
}
