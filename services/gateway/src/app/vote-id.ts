import { createHash, randomUUID } from 'node:crypto'

const UUID_BYTES = 16
const TIME_DIGITS = 12
const VERSION_DIGIT = 14

/** Separates these hashes from every other use of SHA-256; a change of it would turn retries into second votes. */
const DOMAIN = 'votestream vote id 1'

const asUuidV8 = (bytes: Buffer): string => {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
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
  return asUuidV8(digest.subarray(0, UUID_BYTES))
}

/**
 * A vote id of its own (UUIDv7: it grows with time, so that new rows lie side by side in the index). Its random half is that of a UUIDv4,
 * which Node draws from the system a hundred at a time: a draw for each vote cost 30 µs (seen).
 */
export const newVoteId = (nowMs: number): string => {
  const time = nowMs.toString(16).padStart(TIME_DIGITS, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(VERSION_DIGIT + 1)}`
}
