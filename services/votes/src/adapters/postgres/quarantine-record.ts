import { sqlState } from '@votestream/postgres'
import type { PartitionBatch } from '../../domain/fold.js'
import type { Queryable } from '@votestream/postgres'

const QUARANTINE = `
INSERT INTO votes.quarantine (log_id, partition, log_offset, record, error)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (log_id, partition, log_offset) DO NOTHING`

/** jsonb refuses it, and a record that cannot be set aside would stop its partition for ever. */
const withoutNul = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value

/** Sets the ballots of a stretch aside with the SQLSTATE that refused them. */
export const quarantineRecord = async (
  db: Queryable,
  logId: string,
  { partition, ballots }: PartitionBatch,
  error: unknown,
): Promise<void> => {
  const reason = sqlState(error instanceof Error ? error.cause : error) ?? 'unknown'
  for (const ballot of ballots)
    await db.query({
      text: QUARANTINE,
      values: [logId, partition, ballot.offset, JSON.stringify(ballot, withoutNul), reason],
    })
}
