import type { Ballot, LoggedBallot, PollClose, Position } from './ballot.js'
import type { Folded, PartitionBatch } from './fold.js'
import type { Progress } from './progress.js'
import type { Results } from './results.js'
import type { Judgement, Verdict } from './verdict.js'

/** What became of one ballot given to the log. */
export type Appended =
  | ({ readonly status: 'appended' } & Position)
  /** Certainly not in the log. */
  | {
      readonly status: 'refused'
      readonly reason: 'OVERLOADED' | 'UNAVAILABLE'
      readonly retryAfterMs: number
    }
  /** It may be in the log. */
  | { readonly status: 'unknown' }

export type Fold = (batches: readonly PartitionBatch[]) => Promise<Folded>

/**
 * The log of ballots: partitioned, ordered within a partition.
 * - append MUST answer for each ballot, in order, and MUST say `refused` only of a ballot that will never be folded.
 * - append MUST put ballots of one poll and ballot key into one partition, in the order of the calls.
 * - run MUST hand every appended ballot to the fold at least once, each partition in order and without gaps from the store's bookmark
 *   on, and MUST repeat a stretch until its fold succeeds.
 */
export interface VoteLog {
  /** True when an appended ballot outlives this process. */
  readonly durable: boolean
  append(ballots: readonly Ballot[]): Promise<readonly Appended[]>
  /** Puts the end of a poll into these partitions, behind what was appended before; answers for each, in order. */
  close(close: PollClose, partitions: readonly number[]): Promise<readonly Appended[]>
  /** Starts folding; call once. */
  run(fold: Fold): void
  /** True while a vote may lie in the log without having been folded; throws `unavailable` while that cannot be known. */
  mayHold(pollId: number, voteId: string): Promise<boolean>
}

export interface OpenedLog {
  readonly logId: string
  /** For each partition the offset of the next record to fold. */
  readonly bookmarks: ReadonlyMap<number, number>
}

/**
 * The record of votes.
 * - fold MUST be atomic: the votes, the results and the bookmarks of all stretches that are not fenced are committed together, with
 *   fsync, before it answers.
 * - fold MUST leave out a stretch that does not start at its bookmark, and count each (poll, ballot key) once, whatever it is given.
 * - fold MUST NOT count a ballot that lies behind the end of its poll in its partition, and MUST count one before it.
 * - fold MUST NOT wait for a partition that somebody else is folding: it is left out as busy, and the others are committed.
 * - judge MUST read a ballot's row and its partition's bookmark at one moment: a position alone is no verdict.
 * - fold throws invalid_argument `POISON_RECORD` when the store refuses a record's content; nothing is committed then.
 */
export interface VoteStore {
  /**
   * Claims the store for a log, or finds it claimed by the same one; a direct log also waits for a fold that a dead predecessor left unfinished.
   * Throws failed_precondition `FOREIGN_LOG` when the store belongs to a log of another kind or size. Must precede fold.
   */
  openLog(kind: 'direct' | 'kafka', partitions: number): Promise<OpenedLog>
  /** The id of the log that was opened; undefined before. */
  logId(): string | undefined
  /** Where the opened log's partitions are folded up to now; waits for nobody. */
  readBookmarks(): Promise<ReadonlyMap<number, number>>
  fold(batches: readonly PartitionBatch[]): Promise<Folded>
  /** Sets a stretch with one refused ballot aside and moves the bookmark behind it, unless it is fenced or busy. */
  quarantine(batch: PartitionBatch, error: unknown): Promise<Folded>
  /** Every id gets an answer, in order; what was committed before the call is in it. */
  readResults(pollIds: readonly number[]): Promise<readonly Results[]>
  /** One page of all polls that have votes: those behind a poll id, by rising id, at most `limit`; empty at the end. */
  readResultsAfter(pollId: number, limit: number): Promise<readonly Results[]>
  /** What the store says of ballots of the opened log, in order, whoever folded them. */
  judge(ballots: readonly LoggedBallot[]): Promise<readonly Judgement[]>
  /** What the store says of ballots of polls whose results are final, which are not in the log, in order: the verdict of an earlier attempt, or `POLL_CLOSED`. */
  judgeLate(ballots: readonly Ballot[]): Promise<readonly Verdict[]>
  /** The partitions of the opened log in which the poll has not ended yet; none once its results are final. */
  partitionsStillOpen(pollId: number): Promise<readonly number[]>
  /** Undefined when the store has neither the vote nor its rejection. */
  findVerdict(pollId: number, voteId: string): Promise<Verdict | undefined>
  readTotals(): Promise<{ readonly totalVotes: number; readonly pollsWithVotes: number }>
  forgetRejectionsOlderThan(ageMs: number): Promise<number>
}

/** What `votes` knows of a poll: immutable once the poll exists. */
export interface PollDefinition {
  readonly pollId: number
  readonly optionCount: number
  /** Epoch milliseconds; no vote is taken before. */
  readonly opensAtMs?: number | undefined
}

/** Definitions of polls. find throws `unavailable` when it cannot be known whether the poll exists. */
export interface PollDefinitions {
  /** True when find answers without asking anybody. */
  knows(pollId: number): boolean
  /** Undefined for a poll that does not exist. */
  find(pollId: number): Promise<PollDefinition | undefined>
}

/** Tells whoever watches a poll that its results changed; may lose messages, never waits. */
export interface ResultsPublisher {
  publishResults(results: readonly Results[]): void
}

/** Tells the other replicas that fold this log what became of a stretch; may lose messages, never waits. */
export interface ProgressPublisher {
  publishProgress(progress: Progress): void
}

/** The live view: copies of results that outlive the store's being away. */
export interface ResultsCopies {
  /** In the order asked for; undefined where the view has none: unknown, not zero. Throws when the view cannot be asked. */
  read(pollIds: readonly number[]): Promise<readonly (Results | undefined)[]>
}

/** How a waiter came to its verdict: by this process's fold, by what another replica said of its own, or by asking the store. */
export type WayToVerdict = 'fold' | 'progress' | 'lookup'

/** Counts the steps of the vote's way. */
export interface VoteMeter {
  received(ballots: number): void
  refused(reason: string): void
  appended(ballots: number): void
  folded(folded: Folded, seconds: number): void
  foldFailed(): void
  quarantined(): void
  decided(way: WayToVerdict): void
  /** A ballot whose bookmark has passed it, and of which the store has no trace. */
  unrecorded(): void
}
