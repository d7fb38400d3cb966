import type { Ballot, LoggedBallot, LoggedClose, PollClose } from '../../domain/ballot.js'
import type { PartitionBatch } from '../../domain/fold.js'

interface Appended {
  readonly offset: number
  readonly appendedMs: number
}

type Pending = Appended & ({ readonly ballot: LoggedBallot } | { readonly close: LoggedClose })

/** The unfolded end of one partition, in memory: ballots, and now and then the end of a poll. */
export interface PendingBallots {
  /** Which partition this is. */
  readonly number: number
  readonly size: number
  /** Milliseconds on the monotonic clock when the oldest was appended; undefined when there is none. */
  readonly oldestMs: number | undefined
  append(ballot: Ballot, nowMs: number): number
  close(close: PollClose, nowMs: number): number
  /** The next stretch, of at most `limit` records; undefined when nothing is pending. */
  peek(limit: number): PartitionBatch | undefined
  /** Forgets everything before `next`. */
  drop(next: number): void
  holds(pollId: number, voteId: string): boolean
}

export const makePendingBallots = (partition: number, bookmark: number): PendingBallots => {
  const pending: Pending[] = []
  let nextOffset = bookmark
  const copiesOf = new Map<string, number>()
  const count = (record: Pending, change: number): void => {
    if (!('ballot' in record)) return
    const key = keyOf(record.ballot.pollId, record.ballot.voteId)
    const copies = (copiesOf.get(key) ?? 0) + change
    if (copies > 0) copiesOf.set(key, copies)
    else copiesOf.delete(key)
  }
  const push = (record: Pending): number => {
    pending.push(record)
    count(record, 1)
    return record.offset
  }

  return {
    number: partition,
    get size() {
      return pending.length
    },
    get oldestMs() {
      return pending[0]?.appendedMs
    },
    append(ballot, appendedMs) {
      const offset = nextOffset++
      return push({ ballot: { ...ballot, partition, offset }, offset, appendedMs })
    },
    close(close, appendedMs) {
      const offset = nextOffset++
      return push({ close: { ...close, partition, offset }, offset, appendedMs })
    },
    peek(limit) {
      const records = pending.slice(0, limit)
      const [first, last] = [records[0], records.at(-1)]
      if (!first || !last) return undefined
      const ballots = records.flatMap((record) => ('ballot' in record ? [record.ballot] : []))
      const closes = records.flatMap((record) => ('close' in record ? [record.close] : []))
      const batch = { partition, from: first.offset, next: last.offset + 1, ballots }
      return closes.length > 0 ? { ...batch, closes } : batch
    },
    drop(next) {
      const kept = pending.findIndex(({ offset }) => offset >= next)
      pending.splice(0, kept === -1 ? pending.length : kept).forEach((record) => count(record, -1))
    },
    holds: (pollId, voteId) => copiesOf.has(keyOf(pollId, voteId)),
  }
}

const keyOf = (pollId: number, voteId: string): string => `${pollId}/${voteId}`
