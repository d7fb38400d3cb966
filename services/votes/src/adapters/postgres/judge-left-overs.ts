import type { Ballot } from '../../domain/ballot.js'
import type { Verdict } from '../../domain/verdict.js'
import { judgeAgainst } from '../../domain/verdict.js'
import type { Queryable } from '@votestream/postgres'

// A statement of its own: parts of one statement share a snapshot and would not see the rows that the fold's insert ran into.
const HOLDERS = `
SELECT v.vote_id, v.choice, r.version
FROM unnest($1::bigint[], $2::uuid[]) WITH ORDINALITY AS l(poll_id, ballot_key, position)
LEFT JOIN votes.votes v ON v.poll_id = l.poll_id AND v.ballot_key = l.ballot_key
LEFT JOIN votes.results r ON r.poll_id = v.poll_id
ORDER BY l.position`

interface HolderRow {
  readonly vote_id: string | null
  readonly choice: number | null
  readonly version: number | null
}

/** Judges ballots that were not counted, in order: against whoever holds their key, or, where nobody does, as too late. */
export const judgeLeftOvers = async (
  db: Queryable,
  leftOvers: readonly Ballot[],
  isTooLate: (ballot: Ballot) => boolean,
): Promise<readonly Verdict[]> => {
  const { rows } = await db.query<HolderRow>({
    name: 'judge-left-overs',
    text: HOLDERS,
    values: [leftOvers.map(({ pollId }) => pollId), leftOvers.map(({ ballotKey }) => ballotKey)],
  })
  return leftOvers.map((ballot, index) => {
    const { vote_id, choice, version } = rows[index] as HolderRow
    if (vote_id === null || choice === null || version === null) {
      if (isTooLate(ballot)) return { status: 'rejected', reason: 'POLL_CLOSED' }
      throw new Error('a ballot was neither counted nor too late, nor is its key taken')
    }
    return judgeAgainst(ballot, { voteId: vote_id, choice, version })
  })
}
