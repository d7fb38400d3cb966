import type { LoggedBallot } from '@votestream/votes/domain/ballot.js'
import type { PartitionBatch } from '@votestream/votes/domain/fold.js'
import type { PollStatus, Results } from '@votestream/votes/domain/results.js'
import type { RejectionReason } from '@votestream/votes/domain/verdict.js'
import { DatabaseLocks } from './database-locks.js'
import type { World } from './world.js'

/** A row of votes.votes; `version` is the poll's first version that includes it. */
export interface VoteRow {
  readonly pollId: number
  readonly ballotKey: string
  readonly voteId: string
  readonly choice: number
  readonly version: number
}

export interface ResultsRow {
  readonly version: number
  readonly counts: readonly number[]
  /** The partitions in which the poll has ended, in rising order. */
  readonly closed: readonly number[]
}

/** What one transaction writes; nothing of it is seen before its commit. */
export interface Writes {
  readonly moved: readonly PartitionBatch[]
  readonly votes: readonly VoteRow[]
  readonly results: ReadonlyMap<number, ResultsRow>
  readonly rejections: readonly (readonly [pollId: number, voteId: string, reason: RejectionReason])[]
  readonly quarantined: readonly LoggedBallot[]
}

/** Where the database's clock begins: that of the processes, a little off. */
const CLOCK_MS = Date.UTC(2026, 0, 1) + 37

export const rowKey = (pollId: number, id: string): string => `${pollId}/${id}`

/** What a planted fault of the model may be, so that tests can see the checks fail. */
export type Flaw = 'no fence' | 'forgets a row' | 'counts twice'

/** The tables of schema `votes`, as committed, and the locks on them. */
export class VoteDatabase {
  readonly world: World
  readonly locks: DatabaseLocks
  readonly flaw: Flaw | undefined
  log: { readonly kind: string; readonly logId: string; readonly partitions: number } | undefined
  readonly bookmarks = new Map<number, number>()
  readonly votes = new Map<string, VoteRow>()
  readonly results = new Map<number, ResultsRow>()
  readonly rejections = new Map<string, RejectionReason>()
  readonly quarantine = new Map<string, LoggedBallot>()
  /** The counts of every version that was ever committed. */
  readonly history = new Map<string, string>()
  readonly committedAtMs = new Map<string, number>()
  /** Where a partition of the log ends; unknown where the log is no topic. */
  endOf: ((partition: number) => number) | undefined

  constructor(world: World, flaw?: Flaw) {
    this.world = world
    this.flaw = flaw
    this.locks = new DatabaseLocks(world)
  }

  get nowUs(): number {
    return Math.floor((CLOCK_MS + this.world.kernel.nowMs) * 1000)
  }

  versionOf(pollId: number): number {
    return this.results.get(pollId)?.version ?? 0
  }

  resultsOf(pollId: number): Results {
    const { version, counts, closed } = this.rowOf(pollId)
    return { pollId, version, counts: [...counts], status: this.statusOf(closed), asOfUs: this.nowUs }
  }

  rowOf(pollId: number): ResultsRow {
    return this.results.get(pollId) ?? { version: 0, counts: [], closed: [] }
  }

  statusOf(closed: readonly number[]): PollStatus {
    if (closed.length === 0) return 'open'
    return closed.length === this.log?.partitions ? 'closed' : 'closing'
  }

  commit({ moved, votes, results, rejections, quarantined }: Writes): void {
    for (const { partition, next } of moved) this.#move(partition, next)
    for (const row of votes) this.#insert(row)
    for (const [pollId, row] of results) {
      this.results.set(pollId, row)
      this.#note(`${pollId}@${row.version}`, row.counts.join())
    }
    for (const [pollId, voteId, reason] of rejections)
      if (!this.rejections.has(rowKey(pollId, voteId))) this.rejections.set(rowKey(pollId, voteId), reason)
    for (const ballot of quarantined) this.quarantine.set(`${ballot.partition}@${ballot.offset}`, ballot)
  }

  /** The end of a poll in one more partition, neither the first nor the last, is no new version. */
  #note(version: string, counts: string): void {
    const before = this.history.get(version)
    if (before !== undefined && before !== counts && !this.flaw)
      this.world.violated(`version ${version} is ${counts}, and was ${before}`)
    this.history.set(version, counts)
    if (!this.committedAtMs.has(version)) this.committedAtMs.set(version, this.world.kernel.nowMs)
  }

  #insert(row: VoteRow): void {
    const key = rowKey(row.pollId, row.ballotKey)
    if (this.votes.has(key) && !this.flaw) throw new Error('the model has two rows of one key')
    if (this.flaw !== 'forgets a row' || this.world.random(key).below(20) > 0) this.votes.set(key, row)
  }

  #move(partition: number, next: number): void {
    const before = this.bookmarks.get(partition) ?? 0
    if (next < before)
      this.world.violated(`the bookmark of partition ${partition} goes back, ${before} to ${next}`)
    const end = this.endOf?.(partition)
    if (end !== undefined && next > end)
      this.world.violated(`the bookmark of partition ${partition} is ${next}, and the log ends at ${end}`)
    this.bookmarks.set(partition, next)
  }
}
