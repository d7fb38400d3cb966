import type { Ballot, LoggedBallot } from '../../domain/ballot.js'
import type { PartitionBatch } from '../../domain/fold.js'

interface Pending extends LoggedBallot {
  readonly appendedMs: number
}

/** The unfolded end of one partition, in memory. */
export interface PendingBallots {
  /** Which partition this is. */
  readonly number: number
  readonly size: number
  /** Milliseconds on the monotonic clock when the oldest was appended; undefined when there is none. */
  readonly oldestMs: number | undefined
  append(ballot: Ballot, nowMs: number): number
  /** The next stretch, of at most `limit` ballots; undefined when nothing is pending. */
  peek(limit: number): PartitionBatch | undefined
  /** Forgets everything before `next`. */
  drop(next: number): void
  holds(pollId: number, voteId: string): boolean
}

export const makePendingBallots = (partition: number, bookmark: number): PendingBallots => {
  const pending: Pending[] = []
  let nextOffset = bookmark
  const copiesOf = new Map<string, number>()
  const count = (ballot: Ballot, change: number): void => {
    const key = keyOf(ballot.pollId, ballot.voteId)
    const copies = (copiesOf.get(key) ?? 0) + change
    if (copies > 0) copiesOf.set(key, copies)
    else copiesOf.delete(key)
  }

  return {
    number: partition,
    get size() {
      return pending.length
    },
    get oldestMs() {
      return pending[0]?.appendedMs
    },
    append(ballot, nowMs) {
      const offset = nextOffset++
      pending.push({ ...ballot, partition, offset, appendedMs: nowMs })
      count(ballot, 1)
      return offset
    },
    peek(limit) {
      const ballots = pending.slice(0, limit)
      const [first, last] = [ballots[0], ballots.at(-1)]
      return first && last ? { partition, from: first.offset, next: last.offset + 1, ballots } : undefined
    },
    drop(next) {
      const kept = pending.findIndex(({ offset }) => offset >= next)
      pending.splice(0, kept === -1 ? pending.length : kept).forEach((ballot) => count(ballot, -1))
    },
    holds: (pollId, voteId) => copiesOf.has(keyOf(pollId, voteId)),
  }
}

const keyOf = (pollId: number, voteId: string): string => `${pollId}/${voteId}`
