import { isDeepStrictEqual } from 'node:util'
import { fakeClock } from '@votestream/testing'
import { makeFoldVotes } from '../../src/app/fold-votes.js'
import { makeVerdictWaiters } from '../../src/app/verdict-waiters.js'
import type { PartitionBatch } from '../../src/domain/fold.js'
import type { Fold, VoteStore } from '../../src/domain/ports.js'
import { aSilentMeter } from '../builders.js'
import type { Results } from '../../src/domain/results.js'
import { verdictIn, type Bookmarks } from './model.js'
import type { OpenedStage } from './open-stage.js'
import { Oracle } from './oracle.js'
import type { Move, PlannedFold, Schedule } from './schedule.js'
import type { Session, Stage } from './stage.js'
import { endOf, FIRST_OFFSET, stretchOf, writtenLog, type WrittenLog } from './written-log.js'

/** Plays a schedule against real sessions and the model; throws what was not as it must be, with all that happened. */
export const playSchedule = async (opened: OpenedStage, schedule: Schedule): Promise<void> => {
  const { stage } = opened
  const play = new Play(opened, schedule)
  await stage.begin(play.oracle)
  try {
    await play.run()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error([message, 'what happened:', ...stage.trace].join('\n'), { cause: error })
  } finally {
    play.stop()
    await stage.end()
  }
}

class Play {
  readonly oracle: Oracle
  readonly #opened: OpenedStage
  readonly #stage: Stage
  readonly #schedule: Schedule
  readonly #log: WrittenLog
  readonly #asleep = new Set<Session>()
  /** Whose fold may fail, and the statement at which it was killed or lost its answer. */
  readonly #disturbed = new Map<Session, string>()
  #checkedCommits = 0
  #isOver = false

  constructor(opened: OpenedStage, schedule: Schedule) {
    this.#opened = opened
    this.#stage = opened.stage
    this.#schedule = schedule
    this.#log = writtenLog(schedule.log)
    this.oracle = new Oracle(this.#log)
  }

  async run(): Promise<void> {
    const sessions = this.#stage.sessions.slice(0, this.#schedule.plans.length)
    sessions.forEach((session, index) => {
      void this.#stage.start(session, () => this.#foldPlanned(session, this.#schedule.plans[index] ?? []))
    })
    await this.#stage.settle()
    for (const move of this.#schedule.moves) await this.#move(move)
    while (sessions.some(({ isBusy }) => isBusy)) await this.#move({ who: 0, what: 'step' })
    await this.#foldTheRest()
    await this.#foldAgain()
  }

  /** No session begins another fold. */
  stop(): void {
    this.#isOver = true
  }

  /** One of those who can go on does; who sleeps goes on when nobody else can. */
  async #move({ who, what }: Move): Promise<void> {
    const held = this.#stage.held
    const awake = held.filter((session) => !this.#asleep.has(session))
    if (awake.length === 0) this.#asleep.clear()
    const ready = awake.length > 0 ? awake : held
    const session = ready[who % ready.length]
    if (!session) {
      if (this.#stage.moving.length > 0) throw new Error('sessions wait for each other for ever')
      return
    }
    if (what === 'sleep') this.#asleep.add(session)
    else await this.#go(session, what)
    await this.#check()
  }

  async #go(session: Session, what: Exclude<Move['what'], 'sleep'>): Promise<void> {
    if (what === 'step') return this.#stage.step(session)
    this.#disturbed.set(session, session.gate.held ?? '')
    return what === 'kill' ? this.#stage.kill(session) : this.#stage.step(session, 'lost')
  }

  /** After every COMMIT that happened the tables are the model's. */
  async #check(): Promise<void> {
    const { commits } = this.oracle
    if (commits > this.#checkedCommits)
      this.oracle.checkTables(await this.#stage.witness.readTables(), `after commit ${commits}`)
    this.#checkedCommits = commits
    if (this.oracle.faults.length > 0) throw new Error(this.oracle.faults.join('\n'))
  }

  async #foldPlanned(session: Session, plan: readonly PlannedFold[]): Promise<void> {
    const fold = foldVotesOver({
      fold: (batches) => this.oracle.watch(session, 'fold', batches, () => session.store.fold(batches)),
      quarantine: (batch, error) =>
        this.oracle.watch(session, 'quarantine', [batch], () => session.store.quarantine(batch, error)),
      onPublished: (results) => this.oracle.checkPublished(results),
    })
    const believed = new Map(this.#log.map((_, partition) => [partition, FIRST_OFFSET]))
    for (const planned of plan) {
      if (this.#isOver) return
      this.#disturbed.delete(session)
      await this.#foldOnce(session, planned, { fold, believed }).catch((error: unknown) =>
        this.#checkFailure(session, error),
      )
    }
  }

  async #foldOnce(
    session: Session,
    { rereads, stretches }: PlannedFold,
    { fold, believed }: { readonly fold: Fold; readonly believed: Map<number, number> },
  ): Promise<void> {
    if (rereads) {
      for (const [partition, next] of await session.store.readBookmarks()) believed.set(partition, next)
      this.oracle.checkBookmarks(believed)
    }
    const own = this.#stage.sessions.indexOf(session)
    const batches = stretches.flatMap(({ neighbour, drift, length }) => {
      const partition = (own + neighbour) % this.#log.length
      const end = endOf(this.#log, partition)
      const from = Math.max(FIRST_OFFSET, (believed.get(partition) ?? FIRST_OFFSET) + drift)
      return from < end ? [stretchOf(this.#log, partition, from, Math.min(from + length, end))] : []
    })
    if (batches.length === 0) return
    const folded = await fold(batches)
    this.oracle.checkWhole(batches, folded)
    for (const { partition, next } of folded.batches) believed.set(partition, next)
    for (const { partition, bookmark } of folded.fenced) believed.set(partition, bookmark)
  }

  /** A fold fails when it was disturbed, and only then; at COMMIT it says that nobody knows. */
  #checkFailure(session: Session, error: unknown): void {
    const at = this.#disturbed.get(session)
    const { name, reason } = error as { readonly name?: string; readonly reason?: string }
    const isRight = at === 'COMMIT' ? name === 'CommitUnknown' : reason === 'DATABASE_UNAVAILABLE'
    if (at === undefined || !isRight)
      this.oracle.fault(`${session.name}, disturbed at ${at ?? 'nothing'}: ${String(error)}`)
  }

  /** One session folds what is left, and the tables are those of the whole log. */
  async #foldTheRest(): Promise<void> {
    const { bookmarks } = this.oracle
    const rest = [...bookmarks].map(([partition, next]) =>
      stretchOf(this.#log, partition, next, endOf(this.#log, partition)),
    )
    await this.#foldAlone(rest)
    await this.#checkWholeLog('after the rest')
    const asked = this.#log.flatMap((records) => records.flatMap((record) => (record ? [record.ballot] : [])))
    const ballots = asked.filter(({ ballotKey }) => ballotKey !== 'nonsense')
    const judged = await this.#opened.store.judge(ballots)
    const words = judged.map((each) => (each?.status === 'rejected' ? each.reason : each?.status))
    const must = ballots.map((ballot) => verdictIn(this.#log, ballot))
    if (!isDeepStrictEqual(words, must)) throw new Error(`judged ${String(words)}, must be ${String(must)}`)
  }

  /** Wiped and folded again in stretches of another length, the tables are the same. */
  async #foldAgain(): Promise<void> {
    const { refoldLength } = this.#schedule
    await this.#stage.witness.wipe()
    const longest = Math.max(...this.#log.map(({ length }) => length))
    for (let from = FIRST_OFFSET; from < FIRST_OFFSET + longest; from += refoldLength)
      await this.#foldAlone(
        this.#log.map((_, partition) =>
          stretchOf(this.#log, partition, from, Math.min(from + refoldLength, endOf(this.#log, partition))),
        ),
      )
    await this.#checkWholeLog(`folded again by ${refoldLength}`)
  }

  /** Folds again what was busy: the pool hears of poison before PostgreSQL has let go of the bookmarks, and the next half may come in between. */
  async #foldAlone(stretches: readonly PartitionBatch[]): Promise<void> {
    const { store } = this.#opened
    let left = stretches.filter(({ from, next }) => from < next)
    while (left.length > 0) {
      const { busy } = await foldVotesOver(store)(left)
      const bookmarks = await store.readBookmarks()
      left = left
        .filter(({ partition }) => busy.includes(partition))
        .map(({ partition, next }) => stretchOf(this.#log, partition, bookmarks.get(partition) ?? next, next))
    }
  }

  async #checkWholeLog(when: string): Promise<void> {
    this.oracle.checkTables(await this.#stage.witness.readTables(), when, endsOf(this.#log))
    if (this.oracle.faults.length > 0) throw new Error(this.oracle.faults.join('\n'))
  }
}

const endsOf = (log: WrittenLog): Bookmarks =>
  new Map(log.map((_, partition) => [partition, endOf(log, partition)]))

interface Folding extends Pick<VoteStore, 'fold' | 'quarantine'> {
  readonly onPublished?: (results: readonly Results[]) => void
}

/** The real use case: halving, and quarantine. */
const foldVotesOver = (store: Folding): Fold => {
  const [clock, meter] = [fakeClock(), aSilentMeter()]
  const publishResults = store.onPublished ?? (() => undefined)
  return makeFoldVotes({
    ...{ store, waiters: makeVerdictWaiters({ clock, meter }), publisher: { publishResults }, meter, clock },
  })
}
