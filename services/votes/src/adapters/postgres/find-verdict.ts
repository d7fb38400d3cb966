import type { RejectionReason, Verdict } from '../../domain/verdict.js'
import type { Queryable } from '@votestream/postgres'

// Where voters are not limited, the ballot key is the vote id; all others are in an index of their own.
const FIND = `
SELECT coalesce(v.vote_id, l.vote_id) AS counted, r.version, j.reason
FROM (SELECT $1::bigint AS poll_id, $2::uuid AS vote_id) q
LEFT JOIN votes.votes v ON v.poll_id = q.poll_id AND v.ballot_key = q.vote_id
LEFT JOIN votes.votes l ON l.poll_id = q.poll_id AND l.vote_id = q.vote_id AND l.ballot_key <> l.vote_id
LEFT JOIN votes.results r ON r.poll_id = q.poll_id
LEFT JOIN votes.rejections j ON j.poll_id = q.poll_id AND j.vote_id = q.vote_id`

interface FoundRow {
  readonly counted: string | null
  readonly version: number | null
  readonly reason: RejectionReason | null
}

/** The verdict on a vote; a counted vote stays counted, whatever was rejected later under its id. */
export const findVerdict = async (
  db: Queryable,
  pollId: number,
  voteId: string,
): Promise<Verdict | undefined> => {
  const { rows } = await db.query<FoundRow>({ name: 'find-verdict', text: FIND, values: [pollId, voteId] })
  const row = rows[0]
  if (row?.counted && row.version !== null) return { status: 'counted', version: row.version }
  return row?.reason ? { status: 'rejected', reason: row.reason } : undefined
}
