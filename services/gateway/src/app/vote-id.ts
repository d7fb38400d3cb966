import { createHash, randomBytes } from 'node:crypto'

const UUID_BYTES = 16
const VERSION_7_TIME_BYTES = 6

/** Separates these hashes from every other use of SHA-256; a change of it would turn retries into second votes. */
const DOMAIN = 'votestream vote id 1'

const asUuid = (bytes: Buffer, version: number): string => {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/**
 * The vote id behind an Idempotency-Key: the same for the same poll, voter and key on every replica, and different when one of them differs
 * (UUIDv8). `voter` is the voter's key where the poll knows its voters. None of the parts can contain the separator, a line feed.
 */
export const voteIdOf = (pollId: number, voter: string | undefined, idempotencyKey: string): string => {
  const digest = createHash('sha256')
    .update(`${DOMAIN}\n${pollId}\n${voter ?? ''}\n${idempotencyKey}`)
    .digest()
  return asUuid(digest.subarray(0, UUID_BYTES), 8)
}

/** A vote id of its own (UUIDv7: it grows with time, so that new rows lie side by side in the index). */
export const newVoteId = (nowMs: number): string => {
  const bytes = randomBytes(UUID_BYTES)
  bytes.writeUIntBE(nowMs, 0, VERSION_7_TIME_BYTES)
  return asUuid(bytes, 7)
}
