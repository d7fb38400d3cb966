import type { Ballot, LoggedBallot } from '../../domain/ballot.js'
import type { PartitionBatch } from '../../domain/fold.js'

interface Pending extends LoggedBallot {
  readonly appendedMs: number
}

/** The unfolded end of one partition, in memory. */
export interface PendingBallots {
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
  let pending: Pending[] = []
  let nextOffset = bookmark

  return {
    get size() {
      return pending.length
    },
    get oldestMs() {
      return pending[0]?.appendedMs
    },
    append(ballot, nowMs) {
      const offset = nextOffset++
      pending.push({ ...ballot, partition, offset, appendedMs: nowMs })
      return offset
    },
    peek(limit) {
      const ballots = pending.slice(0, limit)
      const [first, last] = [ballots[0], ballots.at(-1)]
      return first && last ? { partition, from: first.offset, next: last.offset + 1, ballots } : undefined
    },
    drop(next) {
      const kept = pending.findIndex(({ offset }) => offset >= next)
      pending = kept === -1 ? [] : pending.slice(kept)
    },
    holds: (pollId, voteId) => pending.some((ballot) => ballot.voteId === voteId && ballot.pollId === pollId),
  }
}
