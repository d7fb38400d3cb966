import { Client } from 'pg'
import type { RecordedVote } from './recorded-vote.js'
import type { Stores } from './stores.js'

/** Every vote in the record. */
export const readRows = async ({ postgres }: Stores): Promise<readonly RecordedVote[]> => {
  const rows = await ask<{ poll_id: string; ballot_key: string; vote_id: string; choice: number }>(
    postgres,
    'SELECT poll_id, ballot_key, vote_id, choice FROM votes.votes',
  )
  return rows.map((row) => ({
    pollId: Number(row.poll_id),
    ballotKey: row.ballot_key,
    voteId: row.vote_id,
    choice: row.choice,
  }))
}

const ask = async <Row>(url: string, text: string): Promise<readonly Row[]> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<never>(text)).rows
  } finally {
    await client.end()
  }
}
