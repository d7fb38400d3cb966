import type { Queryable } from '@votestream/postgres'
import type { LoggedBallot } from '../../domain/ballot.js'
import type { Judgement } from '../../domain/verdict.js'
import { judgeAgainst } from '../../domain/verdict.js'

// One statement, so that bookmark and row are read at one moment: read one after the other, a fold between them would look like a ballot
// that was folded and left no row.
const JUDGE = `
SELECT m.partition IS NOT NULL AS folded, z.partition IS NOT NULL AS quarantined, v.vote_id, v.choice, r.version,
  q.partition = ANY (r.closed_partitions) AS closed
FROM unnest($2::int[], $3::bigint[], $4::bigint[], $5::uuid[]) WITH ORDINALITY
  AS q(partition, log_offset, poll_id, ballot_key, position)
LEFT JOIN votes.bookmarks m ON m.log_id = $1 AND m.partition = q.partition AND m.next_offset > q.log_offset
LEFT JOIN votes.votes v ON m.partition IS NOT NULL AND v.poll_id = q.poll_id AND v.ballot_key = q.ballot_key
LEFT JOIN votes.results r ON m.partition IS NOT NULL AND r.poll_id = q.poll_id
LEFT JOIN votes.quarantine z ON z.log_id = $1 AND z.partition = m.partition AND z.log_offset = q.log_offset
ORDER BY q.position`

interface JudgedRow {
  readonly folded: boolean
  readonly quarantined: boolean
  readonly vote_id: string | null
  readonly choice: number | null
  readonly version: number | null
  /** Null like false. */
  readonly closed: boolean | null
}

/** Says what the store knows of ballots of a log, in order. */
export const judgeBallots = async (
  db: Queryable,
  logId: string,
  ballots: readonly LoggedBallot[],
): Promise<readonly Judgement[]> => {
  const { rows } = await db.query<JudgedRow>({
    name: 'judge-ballots',
    text: JUDGE,
    values: [
      logId,
      ballots.map(({ partition }) => partition),
      ballots.map(({ offset }) => offset),
      ballots.map(({ pollId }) => pollId),
      ballots.map(({ ballotKey }) => ballotKey),
    ],
  })
  return ballots.map((ballot, index) => judgementOf(ballot, rows[index] as JudgedRow))
}

/** A record in quarantine is rejected, whoever else holds its key. */
const judgementOf = (ballot: LoggedBallot, row: JudgedRow): Judgement => {
  const { folded, quarantined, vote_id, choice, version, closed } = row
  if (!folded) return undefined
  if (quarantined) return { status: 'rejected', reason: 'QUARANTINED' }
  if (vote_id === null || choice === null || version === null)
    // Before the end it would have a row: the bookmark has passed both.
    return closed ? { status: 'rejected', reason: 'POLL_CLOSED' } : { status: 'unrecorded' }
  return judgeAgainst(ballot, { voteId: vote_id, choice, version })
}
