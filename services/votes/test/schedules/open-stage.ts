import { postgresPool, type Postgres } from '@votestream/postgres'
import { aRegistry, fakeClock, openDatabase, silentLogger } from '@votestream/testing'
import { postgresVoteStore } from '../../src/adapters/postgres/postgres-vote-store.js'
import type { VoteStore } from '../../src/domain/ports.js'
import { aPool } from '../world.js'
import { Gate } from './gate.js'
import { Stage, type Session } from './stage.js'
import { openWitness } from './witness.js'

/** Enough for two that share polls, one that holds them up, and one that replays. */
export const SESSIONS = 4
/** Enough for folds of several partitions that overlap without being the same. */
export const PARTITIONS = 3

// A session stays at its gate, or behind the locks of one that does, for as long as the schedule wants.
const NEVER_MS = 120_000

export interface OpenedStage extends AsyncDisposable {
  readonly stage: Stage
  /** A store without a gate. */
  readonly store: VoteStore
}

/** Opens a fresh database with sessions behind gates, all of one log. */
export const openStage = async (): Promise<OpenedStage> => {
  const closers: (() => PromiseLike<void>)[] = []
  const database = await openDatabase()
  closers.push(() => database[Symbol.asyncDispose]())
  const witness = await openWitness(database)
  closers.push(() => witness[Symbol.asyncDispose]())
  const pool = aPool(database)
  closers.push(() => pool.stop())
  const sessions: Session[] = []
  for (let number = 0; number < SESSIONS; number++) {
    const gate = await Gate.to(database.urlFor('votes'))
    const gated = gatedPool(gate)
    closers.push(
      () => gate[Symbol.asyncDispose](),
      () => gated.stop(),
    )
    sessions.push({ name: `s${number}`, gate, isBusy: false, store: postgresVoteStore(gated) })
  }
  const store = postgresVoteStore(pool)
  for (const each of [store, ...sessions.map((session) => session.store)])
    await each.openLog('kafka', PARTITIONS)
  return {
    ...{ stage: new Stage(sessions, witness), store },
    [Symbol.asyncDispose]: async () => {
      for (const close of closers.reverse()) await close()
    },
  }
}

/** The real pool. Its clock stands still, so that it asks the database nothing by itself. */
const gatedPool = ({ url }: Gate): Postgres =>
  postgresPool({
    ...{ url, max: 1, applicationName: 'test-session', logger: silentLogger, registry: aRegistry() },
    ...{ queryTimeoutMs: NEVER_MS, statementTimeoutMs: NEVER_MS, lockTimeoutMs: NEVER_MS },
    ...{ connectTimeoutMs: NEVER_MS, clock: fakeClock() },
  })
