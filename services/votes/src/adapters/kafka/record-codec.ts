import { logRecords, type PollClosed } from '@votestream/proto'
import type { Ballot, LoggedBallot, LoggedClose, PollClose } from '../../domain/ballot.js'

/** What identifies a log: the first record of each of its partitions. */
export interface Genesis {
  readonly logId: string
  readonly partitions: number
}

/** One record of a partition as the fold needs it: an offset with neither a ballot nor the end of a poll is passed. */
export type ReadRecord =
  | { readonly ballot: LoggedBallot }
  | { readonly close: LoggedClose }
  | { readonly genesis: Genesis }
  | { readonly unknown: true }

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

/** The end of a poll as votestream.events.v1.Record. */
export const encodeClose = ({ pollId, closeId }: PollClose): Buffer =>
  logRecords.serialize({ pollClosed: { pollId, closeId: uuidBytes(closeId) } })

export const encodeGenesis = ({ logId, partitions }: Genesis): Buffer =>
  logRecords.serialize({ genesis: { logId: uuidBytes(logId), partitions } })

/** `unknown` for what this release cannot read: it is neither counted nor does it hold up what follows. */
export const decodeRecord = (value: Buffer | null, partition: number, offset: number): ReadRecord => {
  try {
    const { genesis, voteCast, pollClosed } = logRecords.deserialize(value ?? Buffer.alloc(0))
    if (genesis?.logId.length === UUID_BYTES)
      return { genesis: { logId: uuidText(genesis.logId), partitions: genesis.partitions } }
    if (pollClosed) return closeOf(pollClosed, partition, offset)
    if (voteCast?.ballotKey.length !== UUID_BYTES || voteCast.voteId.length !== UUID_BYTES)
      return { unknown: true }
    const { pollId, choice, requestId } = voteCast
    const [ballotKey, voteId] = [uuidText(voteCast.ballotKey), uuidText(voteCast.voteId)]
    return { ballot: { pollId, ballotKey, voteId, choice, requestId, partition, offset } }
  } catch {
    return { unknown: true }
  }
}

/** No poll has an id that the store could not hold: there is no ballot to set aside with such a record. */
const closeOf = ({ pollId, closeId }: PollClosed, partition: number, offset: number): ReadRecord =>
  closeId.length === UUID_BYTES && Number.isSafeInteger(pollId) && pollId > 0
    ? { close: { pollId, closeId: uuidText(closeId), partition, offset } }
    : { unknown: true }
