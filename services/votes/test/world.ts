import { postgresPool } from '@votestream/postgres'
import type { Postgres } from '@votestream/postgres'
import type { Logger } from '@votestream/runtime'
import { systemClock } from '@votestream/runtime'
import { aRegistry, eventually, openDatabase, silentLogger } from '@votestream/testing'
import type { TestDatabase } from '@votestream/testing'
import type { DirectVoteLog } from '../src/adapters/direct/direct-vote-log.js'
import { directVoteLog } from '../src/adapters/direct/direct-vote-log.js'
import { postgresProcessLock } from '../src/adapters/direct/process-lock.js'
import { postgresVoteStore } from '../src/adapters/postgres/postgres-vote-store.js'
import { makeFoldVotes } from '../src/app/fold-votes.js'
import { randomUUID } from 'node:crypto'
import { kafkaVoteLog, type KafkaVoteLog } from '../src/adapters/kafka/kafka-vote-log.js'
import type { VerdictWaiters } from '../src/app/verdict-waiters.js'
import type { Progress } from '../src/domain/progress.js'
import { makeVerdictWaiters } from '../src/app/verdict-waiters.js'
import type { Ballot } from '../src/domain/ballot.js'
import type { Appended, VoteLog, VoteStore } from '../src/domain/ports.js'
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

/** What every adapter brings besides the port. */
export type RunningLog = VoteLog & {
  start(): Promise<void>
  stop(): Promise<void>
  readonly open: boolean
}

export interface LogWorld<Log extends RunningLog = RunningLog> extends AsyncDisposable {
  readonly log: Log
  readonly store: VoteStore
  readonly pg: Postgres
  readonly database: TestDatabase
  readonly waiters: VerdictWaiters
  readonly published: Results[]
  readonly progress: Progress[]
  readonly fatal: Error[]
  /** Appends one ballot and waits for its verdict. */
  cast(ballot: Ballot): Promise<Verdict>
  countsOf(pollId: number): Promise<readonly number[]>
}

interface Disturbance {
  /** A database that outlives this world. */
  readonly shared?: TestDatabase | undefined
  readonly disturb?: ((store: VoteStore) => VoteStore) | undefined
}

type Parts = Pick<LogWorld, 'database' | 'pg' | 'store' | 'published' | 'progress' | 'fatal'>

const openParts = async ({ shared, disturb = (store) => store }: Disturbance): Promise<Parts> => {
  const database = shared ?? (await openDatabase())
  const pg = aPool(database)
  await pg.start()
  return { database, pg, store: disturb(postgresVoteStore(pg)), published: [], progress: [], fatal: [] }
}

/** The direct log with one fold running over a real store; on a database of its own unless given one. */
export const openDirectLog = async (
  shared?: TestDatabase,
  disturb?: (store: VoteStore) => VoteStore,
): Promise<LogWorld<DirectVoteLog>> => {
  const parts = await openParts({ shared, disturb })
  const { database, store, fatal } = parts
  const waiters = makeVerdictWaiters({ clock: systemClock, meter: aSilentMeter() })
  const url = database.urlFor('votes')
  const lock = postgresProcessLock({ url, clock: systemClock, logger: silentLogger })
  const log = directVoteLog({ store, lock, logger: silentLogger, onFatal: (error) => fatal.push(error) })
  log.run(makeFoldVotes({ store, waiters, ...publishers(parts), meter: aSilentMeter(), clock: systemClock }))
  await lock.start()
  await log.start()
  if (!shared) await eventually(() => assertOpen(log))
  return worldOf({ parts, log, waiters, shared: shared !== undefined, stop: () => lock.stop() })
}

export interface KafkaWorldOptions extends Disturbance {
  readonly topic?: string
  readonly brokers?: readonly string[]
  readonly partitions?: number
  /** False: does not wait until the log is open. */
  readonly wait?: boolean
  readonly logger?: Logger
  /** Hears what this member says to the others. */
  readonly onProgress?: (progress: Progress) => void
}

/** The Kafka log with one member of the group folding over a real store; a topic and a database of its own unless given. */
export const openKafkaLog = async (options: KafkaWorldOptions = {}): Promise<LogWorld<KafkaVoteLog>> => {
  const { topic = aTopic(), brokers = testBrokers(), partitions = 2, wait = true } = options
  const { logger = silentLogger, onProgress = () => undefined } = options
  const parts = await openParts(options)
  const { store, fatal } = parts
  const shared = { store, logger: silentLogger }
  const waiters = makeVerdictWaiters({ clock: systemClock, meter: aSilentMeter(), shared })
  const log = kafkaVoteLog({
    ...{ brokers, topic, partitions, clientId: 'test-votes', store, logger },
    oldestWaitMs: (partition) => waiters.oldestWaitMs(partition),
    onFatal: (error) => fatal.push(error),
  })
  const { publisher, progress } = publishers(parts)
  const publishProgress = (one: Progress): void => {
    progress.publishProgress(one)
    onProgress(one)
  }
  const fold = { store, waiters, publisher, progress: { publishProgress } }
  log.run(makeFoldVotes({ ...fold, meter: aSilentMeter(), clock: systemClock }))
  await log.start()
  if (wait) await eventually(() => assertOpen(log), { timeoutMs: 20_000 })
  return worldOf({ parts, log, waiters, shared: options.shared !== undefined, stop: () => Promise.resolve() })
}

/** The brokers that `npm test` has started. */
export const testBrokers = (): readonly string[] => {
  const brokers = process.env.VOTESTREAM_TEST_KAFKA
  if (brokers === undefined)
    throw new Error('VOTESTREAM_TEST_KAFKA names no brokers: run the tests by npm test')
  return brokers.split(',')
}

/** A topic that nobody has used. */
export const aTopic = (): string => `votes-${randomUUID()}`

const publishers = ({ published, progress }: Parts) => ({
  publisher: { publishResults: (results: readonly Results[]) => void published.push(...results) },
  progress: { publishProgress: (one: Progress) => void progress.push(one) },
})

interface Opened<Log extends RunningLog> {
  readonly parts: Parts
  readonly log: Log
  readonly waiters: VerdictWaiters
  readonly shared: boolean
  readonly stop: () => Promise<void>
}

const worldOf = <Log extends RunningLog>({
  parts,
  log,
  waiters,
  shared,
  stop,
}: Opened<Log>): LogWorld<Log> => ({
  ...{ ...parts, log, waiters },
  cast: (ballot) => castOne(log, waiters, ballot),
  countsOf: async (pollId) => (await parts.store.readResults([pollId]))[0]?.counts ?? [],
  [Symbol.asyncDispose]: async () => {
    await log.stop()
    await stop()
    await parts.pg.stop()
    if (!shared) await parts.database[Symbol.asyncDispose]()
  },
})

export const assertOpen = (log: { readonly open: boolean }): void => {
  if (!log.open) throw new Error('the log is not open')
}

const castOne = async (log: RunningLog, waiters: VerdictWaiters, ballot: Ballot): Promise<Verdict> => {
  const [appended] = (await log.append([ballot])) as [Appended]
  if (appended.status !== 'appended') throw new Error(`not appended: ${JSON.stringify(appended)}`)
  return new Promise((resolve) => waiters.wait({ ...ballot, ...appended }, resolve))
}
