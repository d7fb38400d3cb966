import { postgresBus, redisBus, type Bus, type RedisBus } from '@votestream/bus'
import { AppError } from '@votestream/errors'
import { postgresPool, schemaGuard, type Postgres } from '@votestream/postgres'
import { pollsService, votesService, votesServiceName } from '@votestream/proto'
import { bindService, rpcClient, rpcServer } from '@votestream/rpc'
import type { HealthCheck } from '@votestream/rpc'
import type { Clock, Component, Logger, Registry, Service } from '@votestream/runtime'
import { ConfigError, createRegistry, drain, lifecycle, opsServer, systemClock } from '@votestream/runtime'
import { exposeBreakers, exposeEngines } from '@votestream/runtime'
import { fileURLToPath } from 'node:url'
import { directVoteLog } from './adapters/direct/direct-vote-log.js'
import { postgresProcessLock } from './adapters/direct/process-lock.js'
import { kafkaVoteLog } from './adapters/kafka/kafka-vote-log.js'
import { exposeFoldLag, exposeForeignLog } from './adapters/metrics/fold-lag.js'
import { exposeLogGauges } from './adapters/metrics/log-gauges.js'
import { tracedVoteMeter } from './adapters/metrics/traced-vote-meter.js'
import { prometheusVoteMeter } from './adapters/metrics/vote-meter.js'
import { rpcPollDefinitions } from './adapters/polls-client/poll-definitions.js'
import { postgresVoteStore } from './adapters/postgres/postgres-vote-store.js'
import { redisResultsCopies } from './adapters/redis/redis-results-copies.js'
import { makeAdmitBallots } from './app/admit-ballots.js'
import { makeCastVotes } from './app/cast-votes.js'
import { makeClosePoll } from './app/close-poll.js'
import { makeAppendOrJudge, makeFinalPolls } from './app/final-polls.js'
import { makeFoldVotes } from './app/fold-votes.js'
import { forgetRejections } from './app/forget-rejections.js'
import { makeGetResults } from './app/get-results.js'
import { makeGetVote } from './app/get-vote.js'
import { makeRepublish } from './app/republish.js'
import { makeVerdictWaiters, type VerdictWaiters } from './app/verdict-waiters.js'
import { makeVotesInHand } from './app/votes-in-hand.js'
import type { Config } from './config.js'
import type { VoteLog, VoteMeter, VoteStore } from './domain/ports.js'
import type { KafkaConfig } from './kafka-settings.js'
import { votesHandlers } from './transport/grpc/votes-handlers.js'

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url))
/** The longest call of this service is a definition lookup; the caller's own budget is 2.7 s. */
const POLLS_TIMEOUT_MS = 1_500
/**
 * A frozen predecessor must not hold the bookmarks longer than C7 allows: its transaction ends after 3 s idle, its dead connection
 * is noticed after about 6 s.
 */
const SESSION_SETTINGS = {
  idle_in_transaction_session_timeout: '3s',
  tcp_keepalives_idle: '2',
  tcp_keepalives_interval: '2',
  tcp_keepalives_count: '2',
}

interface Deps {
  readonly config: Config
  readonly logger: Logger
  readonly clock?: Clock
}

export interface Votes extends Service {
  /** The ports that were bound. */
  ports(): { grpc: number; ops: number }
  /** Rejects when this process must end. */
  readonly failed: Promise<never>
}

/** Wires the service, top to bottom: started in this order, stopped in reverse. */
export function createVotes({ config, logger, clock = systemClock }: Deps): Votes {
  const { failed, fail } = failing()
  const registry = createRegistry('votes')
  const pg = postgresPool({
    ...{ ...config.database, max: config.databasePoolSize, applicationName: 'votestream-votes' },
    ...{ sessionSettings: SESSION_SETTINGS, logger, registry },
  })
  const schema = schemaGuard({
    ...{ postgres: pg, schema: 'votes', directory: MIGRATIONS, logger, clock },
    onFatal: fail,
  })
  const bus = busOf(config, { logger, registry, clock })
  const calls = { timeoutMs: POLLS_TIMEOUT_MS, tls: config.grpcTls, logger, registry }
  const polls = rpcClient(pollsService, { ...calls, addresses: config.pollsAddress, name: 'polls' })

  const store = postgresVoteStore(pg)
  const base = { config, logger, clock, registry, store, bus, pg, fail }
  const { log, waiters, meter, parts, foldIsDown } = config.kafka
    ? sharedLog({ ...base, kafka: config.kafka })
    : ownLog(base)

  const engines = enginesOf(log, pg, bus)
  exposeEngines(registry, engines)
  exposeBreakers(registry, { append: () => !log.open, fold: foldIsDown })

  const inHand = makeVotesInHand()
  const definitions = rpcPollDefinitions({ polls, clock })
  const admit = makeAdmitBallots(definitions, clock)
  const final = makeFinalPolls({ store, logger })
  const copies = 'readCopies' in bus ? redisResultsCopies(bus) : undefined
  const handlers = votesHandlers({
    castVotes: makeCastVotes({
      ...{ definitions, admit, final, log, waiters, inHand, meter, clock, foldIsDown },
      appendOrJudge: makeAppendOrJudge({ final, log, store }),
    }),
    getResults: makeGetResults({ store, copies, storeIsDown: () => !pg.healthy, clock }),
    getVote: makeGetVote({ store, log, inHand }),
    closePoll: makeClosePoll({ store, log, clock }),
    getStats: () => store.readTotals(),
  })
  const server = rpcServer({
    ...{ host: config.host, port: config.grpcPort, tls: config.grpcTls, logger, registry },
    services: [bindService(votesService, handlers)],
    health: { '': () => log.open, [votesServiceName]: () => log.open, ...engines },
    ready: () => ops.readiness,
  })
  const ready = (): true | string => (server.port === 0 ? 'the gRPC port is not bound' : schema.state)
  const ops = opsServer({ host: config.host, port: config.opsPort, registry, ready, logger })

  const rejections = forgetRejections({ store, clock, logger })
  const draining = drain(ops, clock, config.drainDelayMs)
  const service = lifecycle(logger, { ops, pg, schema, bus, polls, ...parts, rejections, server, draining })
  return { ...service, ports: () => ({ grpc: server.port, ops: ops.port }), failed }
}

const failing = () => {
  let fail: (error: Error) => void = () => undefined
  const failed = new Promise<never>((_resolve, reject) => {
    fail = (error) => reject(forOperator(error))
  })
  failed.catch(() => undefined) // whoever awaits it gets the error; a stopped service has nobody who does
  return { failed, fail: (error: Error): void => fail(error) }
}

type Common = Required<Omit<Deps, 'config'>> & { readonly registry: Registry }

const busOf = ({ redis, database }: Config, common: Common): Bus | RedisBus => {
  // Only replicas of a shared log have something to hear: each other's progress.
  if (redis) return redisBus({ ...redis, ...common, listen: ['progress'] })
  return postgresBus({ ...database, ...common, listen: [] })
}

interface Base extends Common {
  readonly config: Config
  readonly store: VoteStore
  readonly bus: Bus | RedisBus
  readonly pg: Postgres
  readonly fail: (error: Error) => void
}

/** What the two kinds of log have in common for the rest of the service. */
interface ChosenLog {
  readonly log: VoteLog & { readonly open: boolean; readonly reachable?: boolean }
  readonly waiters: VerdictWaiters
  readonly meter: VoteMeter
  /** What is started and stopped, in this order. */
  readonly parts: Record<string, Component>
  /** True while ballots that are appended now will not be folded soon. */
  readonly foldIsDown: () => boolean
}

/** Embedded: this process is the log, and the only one that folds. */
const ownLog = ({ config, logger, clock, registry, store, bus, fail }: Base): ChosenLog => {
  const meter = tracedVoteMeter(prometheusVoteMeter(registry), logger)
  const waiters = makeVerdictWaiters({ clock, meter })
  const lock = postgresProcessLock({ ...config.database, clock, logger })
  const log = directVoteLog({ store, lock, logger, clock, onFatal: fail })
  log.run(makeFoldVotes({ store, waiters, publisher: bus, meter, clock }))
  exposeLogGauges(registry, { unfolded: () => log.pending, waiters: () => waiters.size })
  return { log, waiters, meter, parts: { lock, log }, foldIsDown: () => false }
}

/** Full: the log is a Kafka topic, and several replicas share the folding. */
const sharedLog = ({ kafka, ...base }: Base & { readonly kafka: KafkaConfig }): ChosenLog => {
  const { logger, clock, registry, store, bus, pg, fail } = base
  const meter = tracedVoteMeter(prometheusVoteMeter(registry), logger)
  const waiters = makeVerdictWaiters({ clock, meter, shared: { store, logger } })
  const republish = makeRepublish({ store, publisher: bus, clock, logger })
  const log = kafkaVoteLog({
    ...{ ...kafka, clientId: CLIENT_ID, store, logger, clock, onFatal: fail },
    oldestWaitMs: (partition) => waiters.oldestWaitMs(partition),
    // A replica that died between a commit and its message left old copies behind.
    onAssigned: () => republish.ask(),
  })
  const fold = makeFoldVotes({ store, waiters, publisher: bus, progress: bus, meter, clock })
  log.run(async (batches) => {
    const folded = await fold(batches)
    // What was committed without our hearing of it was not published.
    if (folded.fenced.length > 0) republish.ask()
    return folded
  })
  bus.onProgress((progress) => waiters.heard(progress))
  bus.onReady(() => republish.ask())
  if ('onUnopposed' in bus) bus.onUnopposed((pollIds) => republish.again(pollIds))
  const unfolded = (): number => [...log.lag.values()].reduce((sum, lag) => sum + lag, 0)
  exposeLogGauges(registry, { unfolded, waiters: () => waiters.size })
  exposeFoldLag(registry, { lag: () => log.lag, waitingMs: () => log.waitingMs })
  exposeForeignLog(registry, () => log.foreign)
  return { log, waiters, meter, parts: { republish, log }, foldIsDown: () => log.foldFailing || !pg.healthy }
}

/** Named in the brokers' logs. */
const CLIENT_ID = 'votestream-votes'

/** Whether each engine answers; null where there is none. */
const enginesOf = (
  log: ChosenLog['log'],
  pg: Pick<Postgres, 'healthCheck'>,
  bus: Bus | RedisBus,
): Record<'postgres' | 'kafka' | 'redis', HealthCheck> => ({
  postgres: () => pg.healthCheck(),
  kafka: () => log.reachable ?? null,
  redis: () => ('ping' in bus ? bus.ping() : null),
})

/** Another database or other settings are needed: a supervisor that starts us again would see the same. */
const forOperator = (error: Error): Error =>
  error instanceof AppError && error.reason === 'FOREIGN_LOG' ? new ConfigError(error.message) : error
