import { postgresPool } from '@votestream/postgres'
import type { Postgres } from '@votestream/postgres'
import { systemClock } from '@votestream/runtime'
import { aRegistry, eventually, openDatabase, silentLogger } from '@votestream/testing'
import type { TestDatabase } from '@votestream/testing'
import type { DirectVoteLog } from '../src/adapters/direct/direct-vote-log.js'
import { directVoteLog } from '../src/adapters/direct/direct-vote-log.js'
import { postgresProcessLock } from '../src/adapters/direct/process-lock.js'
import { postgresVoteStore } from '../src/adapters/postgres/postgres-vote-store.js'
import { makeFoldVotes } from '../src/app/fold-votes.js'
import type { VerdictWaiters } from '../src/app/verdict-waiters.js'
import { makeVerdictWaiters } from '../src/app/verdict-waiters.js'
import type { Ballot } from '../src/domain/ballot.js'
import type { Appended, VoteStore } from '../src/domain/ports.js'
import type { Results } from '../src/domain/results.js'
import type { Verdict } from '../src/domain/verdict.js'
import { aSilentMeter } from './builders.js'

export interface StoreWorld extends AsyncDisposable {
  readonly database: TestDatabase
  readonly pg: Postgres
  readonly store: VoteStore
}

/** A real store in a fresh database. */
export const openStore = async (connections = 4): Promise<StoreWorld> => {
  const database = await openDatabase()
  const pg = aPool(database, connections)
  await pg.start()
  return {
    ...{ database, pg, store: postgresVoteStore(pg) },
    [Symbol.asyncDispose]: async () => {
      await pg.stop()
      await database[Symbol.asyncDispose]()
    },
  }
}

export const aPool = (database: TestDatabase, max = 4): Postgres =>
  postgresPool({
    ...{ url: database.urlFor('votes'), max, applicationName: 'test-votes' },
    ...{ logger: silentLogger, registry: aRegistry() },
  })

export interface LogWorld extends AsyncDisposable {
  readonly log: DirectVoteLog
  readonly store: VoteStore
  readonly pg: Postgres
  readonly database: TestDatabase
  readonly published: Results[]
  readonly fatal: Error[]
  /** Appends one ballot and waits for its verdict. */
  cast(ballot: Ballot): Promise<Verdict>
  countsOf(pollId: number): Promise<readonly number[]>
}

/** The direct log with one fold running over a real store; on a database of its own unless given one. */
export const openDirectLog = async (
  shared?: TestDatabase,
  disturb: (store: VoteStore) => VoteStore = (store) => store,
): Promise<LogWorld> => {
  const database = shared ?? (await openDatabase())
  const pg = aPool(database)
  await pg.start()
  const store = postgresVoteStore(pg)
  const waiters = makeVerdictWaiters()
  const published: Results[] = []
  const fatal: Error[] = []
  const lock = postgresProcessLock({
    url: database.urlFor('votes'),
    clock: systemClock,
    logger: silentLogger,
  })
  const log = directVoteLog({ store, lock, logger: silentLogger, onFatal: (error) => fatal.push(error) })
  const publisher = { publishResults: (results: readonly Results[]) => void published.push(...results) }
  log.run(
    makeFoldVotes({ store: disturb(store), waiters, publisher, meter: aSilentMeter(), clock: systemClock }),
  )
  await lock.start()
  await log.start()
  if (!shared) await eventually(() => assertOpen(log))
  return {
    ...{ log, store, pg, database, published, fatal },
    cast: (ballot) => castOne(log, waiters, ballot),
    countsOf: async (pollId) => (await store.readResults([pollId]))[0]?.counts ?? [],
    [Symbol.asyncDispose]: async () => {
      await log.stop()
      await lock.stop()
      await pg.stop()
      if (!shared) await database[Symbol.asyncDispose]()
    },
  }
}

export const assertOpen = (log: DirectVoteLog): void => {
  if (!log.open) throw new Error('the log is not open')
}

const castOne = async (log: DirectVoteLog, waiters: VerdictWaiters, ballot: Ballot): Promise<Verdict> => {
  const [appended] = (await log.append([ballot])) as [Appended]
  if (appended.status !== 'appended') throw new Error(`not appended: ${JSON.stringify(appended)}`)
  return new Promise((resolve) => waiters.wait(appended, resolve))
}
