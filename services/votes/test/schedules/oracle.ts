import { isDeepStrictEqual } from 'node:util'
import type { Folded, FoldedBatch, PartitionBatch } from '../../src/domain/fold.js'
import type { Results } from '../../src/domain/results.js'
import type { Verdict } from '../../src/domain/verdict.js'
import type { Answer } from './gate.js'
import { tablesAt, verdictIn, type Bookmarks } from './model.js'
import type { Session, StageHooks } from './stage.js'
import type { LockWait, Tables } from './witness.js'
import { endOf, FIRST_OFFSET, type WrittenLog } from './written-log.js'

/** What one call of the store must say, known as soon as the server gets its statement. */
interface Expected {
  readonly busy: readonly number[]
  readonly fenced: readonly { readonly partition: number; readonly bookmark: number }[]
  readonly admitted: readonly PartitionBatch[]
}

/** One transaction of a session. */
interface Call {
  readonly batches: readonly PartitionBatch[]
  expected?: Expected
  /** What the tables hold since its COMMIT. */
  committed?: Tables
}

// Deadlock; lock, statement and idle timeouts: none of them may come from what the sessions do to each other.
const NEVER = new Set(['40P01', '55P03', '57014', '25P03'])

/** Follows a schedule with the model, and says everything that is not as it must be. */
export class Oracle implements StageHooks {
  readonly faults: string[] = []
  readonly #log: WrittenLog
  readonly #bookmarks: Map<number, number>
  readonly #holders = new Map<number, Session>()
  readonly #calls = new Map<Session, Call>()
  /** The version of its poll's results that first included a vote. */
  readonly #since = new Map<string, number>()
  /** Every state of every poll that was committed. */
  readonly #states = new Map<string, readonly number[]>()
  #commits = 0

  constructor(log: WrittenLog) {
    this.#log = log
    this.#bookmarks = new Map(log.map((_, partition) => [partition, FIRST_OFFSET]))
  }

  get bookmarks(): Bookmarks {
    return this.#bookmarks
  }

  /** How many transactions were committed. */
  get commits(): number {
    return this.#commits
  }

  /** Wraps one call of a session's store. */
  async watch(
    session: Session,
    kind: 'fold' | 'quarantine',
    batches: readonly PartitionBatch[],
    run: () => Promise<Folded>,
  ): Promise<Folded> {
    const call: Call = { batches }
    this.#calls.set(session, call)
    const folded = await run().finally(() => this.#calls.delete(session))
    this.#checkReturned(call, kind, folded)
    return folded
  }

  onSent = (session: Session, label: string): void => {
    const call = this.#calls.get(session)
    if (label !== 'fold-batches' || !call) return
    const isBusy = ({ partition }: PartitionBatch): boolean => this.#holders.has(partition)
    const free = call.batches.filter((batch) => !isBusy(batch))
    const admitted = free.filter(({ partition, from }) => this.#bookmarks.get(partition) === from)
    call.expected = {
      admitted,
      busy: call.batches.filter(isBusy).map(({ partition }) => partition),
      fenced: free
        .filter((batch) => !admitted.includes(batch))
        .map(({ partition }) => ({ partition, bookmark: this.#bookmarks.get(partition) ?? 0 })),
    }
    for (const { partition } of free) this.#holders.set(partition, session)
  }

  onAnswer = (session: Session, { label, tag, state }: Answer): void => {
    if (state !== undefined && NEVER.has(state)) this.fault(`${session.name}: ${label} ended with ${state}`)
    if (state !== undefined || tag === 'COMMIT' || tag === 'ROLLBACK') this.onGone(session)
    if (tag !== 'COMMIT') return
    this.#commits += 1
    this.#commit(this.#calls.get(session))
  }

  onGone = (session: Session): void => {
    for (const [partition, holder] of this.#holders) if (holder === session) this.#holders.delete(partition)
  }

  onWait = (session: Session, { forBookmark }: LockWait): void => {
    if (forBookmark) this.fault(`${session.name} waits for a bookmark`)
  }

  /** Compares the tables with the model at the bookmarks that were committed. */
  checkTables(tables: Tables, when: string, bookmarks: Bookmarks = this.#bookmarks): void {
    const model = tablesAt(this.#log, bookmarks)
    for (const table of Object.keys(model) as (keyof Tables)[])
      if (!isDeepStrictEqual(tables[table], model[table]))
        this.fault(
          `${when}, ${table} must be ${JSON.stringify(model[table])}, is ${JSON.stringify(tables[table])}`,
        )
  }

  /** What a whole fold says, halves and quarantine together: each stretch to its end, or up to where it was left out. */
  checkWhole(batches: readonly PartitionBatch[], folded: Folded): void {
    for (const { partition, from, next } of batches) {
      const parts = folded.batches.filter((part) => part.partition === partition)
      const reached = parts.reduce((at, part) => (part.from === at ? part.next : NaN), from)
      const leftOut = [...folded.busy, ...folded.fenced.map((each) => each.partition)].includes(partition)
      if (leftOut ? !(reached < next) : reached !== next)
        this.fault(
          `partition ${partition}: [${from}, ${next}) ended at ${reached}, left out: ${String(leftOut)}`,
        )
    }
  }

  checkPublished(results: readonly Results[]): void {
    for (const { pollId, version, counts } of results)
      if (!isDeepStrictEqual(this.#states.get(`${pollId}/${version}`), counts))
        this.fault(`poll ${pollId} never was ${JSON.stringify(counts)} at version ${version}`)
  }

  checkBookmarks(read: Bookmarks): void {
    if (!isDeepStrictEqual(read, this.#bookmarks))
      this.fault(`bookmarks must be ${String([...this.#bookmarks])}, were read as ${String([...read])}`)
  }

  fault(text: string): void {
    this.faults.push(text)
  }

  #commit(call: Call | undefined): void {
    if (!call?.expected) return
    for (const { partition, next } of call.expected.admitted) {
      if (next > endOf(this.#log, partition)) this.fault(`bookmark ${partition} beyond the log: ${next}`)
      this.#bookmarks.set(partition, next)
    }
    call.committed = tablesAt(this.#log, this.#bookmarks)
    const versions = new Map(call.committed.results.map(([pollId, version]) => [pollId, version]))
    for (const [pollId, version, , counts] of call.committed.results)
      this.#states.set(`${pollId}/${version}`, counts)
    for (const [pollId, ballotKey] of call.committed.votes) {
      const key = `${pollId}/${ballotKey}`
      if (!this.#since.has(key)) this.#since.set(key, versions.get(pollId) ?? 0)
    }
  }

  #checkReturned({ expected, committed }: Call, kind: 'fold' | 'quarantine', folded: Folded): void {
    const said = {
      busy: folded.busy,
      fenced: folded.fenced,
      admitted: folded.batches.map(({ verdicts: _verdicts, ...batch }) => batch),
    }
    if (!isDeepStrictEqual(said, expected))
      this.fault(`${kind} must answer ${JSON.stringify(expected)}, said ${JSON.stringify(said)}`)
    if (!committed) {
      this.fault(`${kind} answered without a COMMIT`)
      return
    }
    for (const batch of folded.batches) this.#checkVerdicts(batch, kind, committed)
    this.checkPublished(folded.results)
  }

  #checkVerdicts({ ballots, verdicts }: FoldedBatch, kind: string, committed: Tables): void {
    ballots.forEach((ballot, index) => {
      const verdict = verdicts[index] as Verdict
      const must = kind === 'quarantine' ? 'QUARANTINED' : verdictIn(this.#log, ballot)
      const word = verdict.status === 'counted' ? 'counted' : verdict.reason
      const at = `${ballot.partition}@${ballot.offset}`
      if (word !== must) this.fault(`${at} is ${must}, and was said to be ${word}`)
      if (verdict.status !== 'counted') return
      const since = this.#since.get(`${ballot.pollId}/${ballot.ballotKey}`) ?? Infinity
      const latest = committed.results.find(([pollId]) => pollId === ballot.pollId)?.[1] ?? 0
      if (!(since <= verdict.version && verdict.version <= latest))
        this.fault(`${at} was counted at ${since} to ${latest}, and was said to be at ${verdict.version}`)
    })
  }
}
