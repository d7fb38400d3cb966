import { randomUUID } from 'node:crypto'
import type { Ballot, LoggedBallot } from '../src/domain/ballot.js'
import type { Folded, PartitionBatch } from '../src/domain/fold.js'
import type { VoteMeter } from '../src/domain/ports.js'

/** A ballot of its own voter in poll 1. */
export const aBallot = (o: Partial<Ballot> = {}): Ballot => {
  const voteId = o.voteId ?? randomUUID()
  return { pollId: 1, choice: 0, requestId: 'test', ballotKey: o.ballotKey ?? voteId, ...o, voteId }
}

/** A stretch of one partition that holds these ballots from an offset on. */
export const aBatch = (partition: number, from: number, ballots: readonly Ballot[]): PartitionBatch => ({
  partition,
  from,
  next: from + ballots.length,
  ballots: ballots.map((ballot, index): LoggedBallot => ({ ...ballot, partition, offset: from + index })),
})

/** A fold of a log called `a log` in which nothing happened but what is given. */
export const aFolded = (o: Partial<Folded> = {}): Folded => ({
  logId: 'a log',
  batches: [],
  fenced: [],
  busy: [],
  results: [],
  ...o,
})

/** Counts nothing. */
export const aSilentMeter = (): VoteMeter => ({
  received: () => undefined,
  refused: () => undefined,
  appended: () => undefined,
  folded: () => undefined,
  foldFailed: () => undefined,
  quarantined: () => undefined,
  decided: () => undefined,
  unrecorded: () => undefined,
})
