import { AppError, failedPrecondition, invalidArgument, unavailable } from '@votestream/errors'
import type { Ballot, LoggedBallot } from '@votestream/votes/domain/ballot.js'
import type { Folded, PartitionBatch } from '@votestream/votes/domain/fold.js'
import type { OpenedLog, VoteStore } from '@votestream/votes/domain/ports.js'
import { judgeAgainst, type Judgement, type Verdict } from '@votestream/votes/domain/verdict.js'
import type { SimProcess } from '../kernel/process.js'
import type { Session } from './database-locks.js'
import {
  admit,
  foldStatement,
  isPoison,
  newKeys,
  quarantineStatement,
  type Statement,
} from './fold-statement.js'
import { rowKey, type VoteDatabase, type VoteRow } from './vote-database.js'

/** Behind the Genesis record. */
const FIRST_BALLOT_OFFSET = 1
/** The pool asks a database that is down again every second. */
const RECHECK_MS = 1_000

const away = (): Error =>
  unavailable('DATABASE_UNAVAILABLE', 'the database cannot be reached', { retryAfterMs: 1_000 })

interface Begun {
  readonly session: Session
  readonly statement: Statement
}

/** Votes' store as one process has it: PostgreSQL with its pool, behind the weather. */
export class VoteStoreModel implements VoteStore {
  readonly #process: SimProcess
  readonly #database: VoteDatabase
  #logId: string | undefined
  #healthy = true

  constructor(process: SimProcess, database: VoteDatabase) {
    this.#process = process
    this.#database = database
  }

  /** What the pool knows of the database. */
  get healthy(): boolean {
    return this.#healthy
  }

  readonly logId = (): string | undefined => this.#logId

  openLog = async (kind: 'direct' | 'kafka', partitions: number): Promise<OpenedLog> => {
    const opened = await this.#sent<OpenedLog>('database: open log', (reply) => {
      const open = (): void => reply(() => claim(this.#database, kind, partitions))
      if (kind === 'direct') this.#database.locks.whenBookmarksFree(open)
      else open()
    })
    this.#logId = opened.logId
    return opened
  }

  readBookmarks = (): Promise<ReadonlyMap<number, number>> =>
    this.#ask('read bookmarks', (database) => new Map(database.bookmarks))

  fold = (batches: readonly PartitionBatch[]): Promise<Folded> =>
    this.#transaction('fold', batches, (database, admission) => {
      if (isPoison(admission.admitted))
        throw invalidArgument('POISON_RECORD', 'the database refuses a record')
      return foldStatement(database, admission)
    })

  quarantine = (batch: PartitionBatch): Promise<Folded> =>
    this.#transaction('quarantine', [batch], quarantineStatement)

  readResults = (pollIds: readonly number[]) =>
    this.#ask('read results', (database) => pollIds.map((pollId) => database.resultsOf(pollId)))

  readResultsAfter = (after: number, limit: number) =>
    this.#ask('read page', (database) =>
      [...database.results.keys()]
        .filter((pollId) => pollId > after)
        .sort((a, b) => a - b)
        .slice(0, limit)
        .map((pollId) => database.resultsOf(pollId)),
    )

  judge = (ballots: readonly LoggedBallot[]): Promise<readonly Judgement[]> =>
    this.#ask('judge', (database) => ballots.map((ballot) => judgementOf(database, ballot)))

  judgeLate = (ballots: readonly Ballot[]): Promise<readonly Verdict[]> =>
    this.#ask('judge late', (database) => ballots.map((ballot) => lateVerdictOf(database, ballot)))

  partitionsStillOpen = (pollId: number): Promise<readonly number[]> =>
    this.#ask('partitions still open', (database) => {
      const { closed } = database.rowOf(pollId)
      return [...database.bookmarks.keys()].filter((partition) => !closed.includes(partition))
    })

  findVerdict = (pollId: number, voteId: string) =>
    this.#ask('find verdict', (database) => {
      const isRow = (row: VoteRow): boolean => row.pollId === pollId && row.voteId === voteId
      const row = database.votes.get(rowKey(pollId, voteId)) ?? [...database.votes.values()].find(isRow)
      if (row) return { status: 'counted', version: database.versionOf(pollId) } as const
      const reason = database.rejections.get(rowKey(pollId, voteId))
      return reason && ({ status: 'rejected', reason } as const)
    })

  readTotals = () =>
    this.#ask('read totals', ({ votes, results }) => ({
      totalVotes: votes.size,
      pollsWithVotes: [...results.values()].filter(({ counts }) => counts.length > 0).length,
    }))

  forgetRejectionsOlderThan = () => Promise.resolve(0)

  #ask<T>(what: string, answer: (database: VoteDatabase) => T): Promise<T> {
    return this.#sent<T>(`database: ${what}`, (reply) => reply(() => answer(this.#database)))
  }

  async #transaction(
    what: string,
    batches: readonly PartitionBatch[],
    act: (database: VoteDatabase, admission: ReturnType<typeof admit>) => Statement,
  ): Promise<Folded> {
    const database = this.#database
    const { locks } = database
    let begun: Session | undefined
    const begin = (reply: (result: () => Begun) => void): void => {
      const session = (begun = locks.begin(this.#process))
      const partitions = batches.map(({ partition }) => partition)
      const admission = admit(database, batches, locks.lockFree(session, partitions))
      locks.lockPolls(session, pollsOf(database, admission), () => {
        reply(() => ({ session, statement: inSession(database, session, () => act(database, admission)) }))
      })
    }
    const { session, statement } = await this.#sent<Begun>(`database: ${what}`, begin).catch(
      (error: unknown) => {
        if (begun) locks.breakSoon(begun)
        throw error
      },
    )
    count(database, statement.folded)
    if (statement.writes.votes.length < ballotsIn(statement.folded))
      await this.#next(session, 'judge left-overs')
    await this.#commit(session, statement)
    return statement.folded
  }

  /** One more statement of a transaction, which changes nothing that others could see. */
  #next(session: Session, what: string): Promise<void> {
    const { locks } = this.#database
    return this.#sent(`database: ${what}`, (reply) =>
      reply(() => {
        if (session.ended) throw away()
        session.idle?.cancel()
        locks.awaitNext(session)
      }),
    )
  }

  async #commit(session: Session, { writes }: Statement): Promise<void> {
    const { locks, world } = this.#database
    const heard = { committed: false }
    const commit = this.#sent<undefined>('database: commit', (reply) => {
      if (!session.ended && (!this.#process.alive || this.#process.frozen))
        world.coverage.count('zombie commit')
      reply(() => {
        if (session.ended) throw away()
        this.#database.commit(writes)
        heard.committed = true
        locks.end(session)
        return undefined
      })
    })
    await commit.catch((error: unknown) => {
      if (heard.committed) world.coverage.count('commit unknown')
      else locks.breakSoon(session)
      throw error
    })
  }

  async #sent<T>(what: string, effect: (reply: (result: () => T) => void) => void): Promise<T> {
    try {
      const answer = await this.#process.request(what, effect, away)
      this.#healthy = true
      return answer
    } catch (error) {
      if (!(error instanceof AppError) || error.reason === 'DATABASE_UNAVAILABLE') this.#unhealthy()
      throw error
    }
  }

  #unhealthy(): void {
    if (!this.#healthy) return
    this.#healthy = false
    this.#database.world.coverage.count('store unhealthy')
    const askAgain = (): void => {
      const ping = this.#process.exchange('database: ping', () => undefined, away)
      ping.then(
        () => (this.#healthy = true),
        () => this.#process.clock.setTimeout(askAgain, RECHECK_MS),
      )
    }
    askAgain()
  }
}

/** A statement that fails ends its transaction; otherwise the session waits for the next one. */
const inSession = (database: VoteDatabase, session: Session, act: () => Statement): Statement => {
  try {
    const statement = act()
    database.locks.awaitNext(session)
    return statement
  } catch (error) {
    database.locks.end(session)
    throw error
  }
}

const pollsOf = (database: VoteDatabase, { admitted }: ReturnType<typeof admit>): readonly number[] => {
  const closes = admitted.flatMap((batch) => batch.closes ?? [])
  return [...new Set([...newKeys(database, admitted).values(), ...closes].map(({ pollId }) => pollId))]
}

const ballotsIn = ({ batches }: Folded): number =>
  batches.reduce((sum, { ballots }) => sum + ballots.length, 0)

const count = ({ world: { coverage } }: VoteDatabase, { fenced, busy }: Folded): void => {
  coverage.count('fenced', fenced.length)
  coverage.count('busy', busy.length)
}

const claim = (database: VoteDatabase, kind: string, partitions: number): OpenedLog => {
  database.log ??= { kind, partitions, logId: database.world.random('log id').uuid() }
  const { log } = database
  if (log.kind !== kind || log.partitions !== partitions)
    throw failedPrecondition('FOREIGN_LOG', 'the store belongs to another log')
  for (let partition = 0; partition < partitions; partition++)
    if (!database.bookmarks.has(partition)) database.bookmarks.set(partition, FIRST_BALLOT_OFFSET)
  return { logId: log.logId, bookmarks: new Map(database.bookmarks) }
}

const judgementOf = (database: VoteDatabase, ballot: LoggedBallot): Judgement => {
  const { partition, offset, pollId, ballotKey } = ballot
  if ((database.bookmarks.get(partition) ?? 0) <= offset) return undefined
  if (database.quarantine.has(`${partition}@${offset}`)) return { status: 'rejected', reason: 'QUARANTINED' }
  const row = database.votes.get(rowKey(pollId, ballotKey))
  if (row) return judgeAgainst(ballot, { ...row, version: database.versionOf(pollId) })
  const hasEnded = database.rowOf(pollId).closed.includes(partition)
  return hasEnded ? { status: 'rejected', reason: 'POLL_CLOSED' } : { status: 'unrecorded' }
}

const lateVerdictOf = (database: VoteDatabase, ballot: Ballot): Verdict => {
  const row = database.votes.get(rowKey(ballot.pollId, ballot.ballotKey))
  if (!row) return { status: 'rejected', reason: 'POLL_CLOSED' }
  return judgeAgainst(ballot, { ...row, version: database.versionOf(ballot.pollId) })
}
