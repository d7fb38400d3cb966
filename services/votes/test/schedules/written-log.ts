import type { LoggedBallot } from '../../src/domain/ballot.js'
import type { PartitionBatch } from '../../src/domain/fold.js'

/** What a log is made of, with so few voters and vote ids that they meet. */
export type Entry =
  | 'no ballot'
  | {
      readonly poll: number
      readonly voter: number
      /** Which of the voter's vote ids. */
      readonly id: number
      readonly choice: number
      readonly flaw: Flaw
    }

/** What the tables refuse in a ballot, and with which SQLSTATE. */
export const FLAWS = {
  none: { ballot: {}, refusedWith: undefined },
  'a choice that no poll has': { ballot: { choice: 20 }, refusedWith: '23514' },
  'a choice beyond the column': { ballot: { choice: 70_000 }, refusedWith: '22003' },
  'a poll that cannot be': { ballot: { pollId: 0 }, refusedWith: '23514' },
  'a key that is no uuid': { ballot: { ballotKey: 'nonsense' }, refusedWith: '22P02' },
} as const

export type Flaw = keyof typeof FLAWS

export interface LogRecord {
  readonly ballot: LoggedBallot
  readonly refusedWith: string | undefined
}

/** The records of each partition from FIRST_OFFSET on; an offset without a ballot is undefined. */
export type WrittenLog = readonly (readonly (LogRecord | undefined)[])[]

/** Behind the Genesis record. */
export const FIRST_OFFSET = 1

/** Voters of this poll are not limited: their ballot key is the vote id. */
const UNLIMITED_POLL = 3

const uuid = (...parts: readonly number[]): string =>
  `00000000-0000-4000-8000-${parts.join('').padStart(12, '0')}`

/** Writes a log of entries by partition: one voter's ballots for a poll lie in one partition, as `partitionOf` guarantees. */
export const writtenLog = (entries: readonly (readonly Entry[])[]): WrittenLog =>
  entries.map((partition, index) => partition.map((entry, at) => recordOf(entry, index, FIRST_OFFSET + at)))

const recordOf = (entry: Entry, partition: number, offset: number): LogRecord | undefined => {
  if (entry === 'no ballot') return undefined
  const { poll, voter, id, choice, flaw } = entry
  const voteId = uuid(partition, poll, voter, 1 + id)
  const ballotKey = poll === UNLIMITED_POLL ? voteId : uuid(partition, poll, voter, 0)
  const ballot = { pollId: poll, ballotKey, voteId, choice, requestId: 'test', partition, offset }
  return { ballot: { ...ballot, ...FLAWS[flaw].ballot }, refusedWith: FLAWS[flaw].refusedWith }
}

/** The offset behind a partition's last record. */
export const endOf = (log: WrittenLog, partition: number): number =>
  FIRST_OFFSET + (log[partition]?.length ?? 0)

/** The records of a partition in [from, next). */
export const recordsIn = (
  log: WrittenLog,
  partition: number,
  from: number,
  next: number,
): readonly LogRecord[] =>
  (log[partition] ?? [])
    .slice(from - FIRST_OFFSET, next - FIRST_OFFSET)
    .filter((record) => record !== undefined)

/** The stretch [from, next) of a partition as a fold is given it. */
export const stretchOf = (
  log: WrittenLog,
  partition: number,
  from: number,
  next: number,
): PartitionBatch => ({
  ...{ partition, from, next },
  ballots: recordsIn(log, partition, from, next).map(({ ballot }) => ballot),
})
