import { askRecord } from '../run-record.js'
import type { RecordedVote } from './recorded-vote.js'

/** Every vote in the record. */
export const readRows = async (runFolder: string): Promise<readonly RecordedVote[]> => {
  const rows = await askRecord<{ poll_id: string; ballot_key: string; vote_id: string; choice: number }>(
    runFolder,
    'SELECT poll_id, ballot_key, vote_id, choice FROM votes.votes',
  )
  return rows.map((row) => ({
    pollId: Number(row.poll_id),
    ballotKey: row.ballot_key,
    voteId: row.vote_id,
    choice: row.choice,
  }))
}
