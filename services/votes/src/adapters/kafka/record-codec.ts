import { logRecords } from '@votestream/proto'
import type { Ballot, LoggedBallot } from '../../domain/ballot.js'

/** What identifies a log: the first record of each of its partitions. */
export interface Genesis {
  readonly logId: string
  readonly partitions: number
}

/** One record of a partition as the fold needs it: an offset without a ballot is passed. */
export type ReadRecord =
  { readonly ballot: LoggedBallot } | { readonly genesis: Genesis } | { readonly unknown: true }

const UUID_BYTES = 16

const uuidBytes = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')

const uuidText = (bytes: Uint8Array): string => {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, UUID_BYTES).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** A ballot as votestream.events.v1.Record. */
export const encodeBallot = ({ pollId, ballotKey, voteId, choice, requestId }: Ballot): Buffer =>
  logRecords.serialize({
    voteCast: { pollId, ballotKey: uuidBytes(ballotKey), voteId: uuidBytes(voteId), choice, requestId },
  })

export const encodeGenesis = ({ logId, partitions }: Genesis): Buffer =>
  logRecords.serialize({ genesis: { logId: uuidBytes(logId), partitions } })

/** `unknown` for what this release cannot read: it is neither counted nor does it hold up what follows. */
export const decodeRecord = (value: Buffer | null, partition: number, offset: number): ReadRecord => {
  try {
    const { genesis, voteCast } = logRecords.deserialize(value ?? Buffer.alloc(0))
    if (genesis?.logId.length === UUID_BYTES)
      return { genesis: { logId: uuidText(genesis.logId), partitions: genesis.partitions } }
    if (voteCast?.ballotKey.length !== UUID_BYTES || voteCast.voteId.length !== UUID_BYTES)
      return { unknown: true }
    const { pollId, choice, requestId } = voteCast
    const [ballotKey, voteId] = [uuidText(voteCast.ballotKey), uuidText(voteCast.voteId)]
    return { ballot: { pollId, ballotKey, voteId, choice, requestId, partition, offset } }
  } catch {
    return { unknown: true }
  }
}
