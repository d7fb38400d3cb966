import { postgresBus } from '@votestream/bus'
import { postgresPool, schemaGuard } from '@votestream/postgres'
import { pollsService, votesService, votesServiceName } from '@votestream/proto'
import { bindService, rpcClient, rpcServer } from '@votestream/rpc'
import type { HealthCheck } from '@votestream/rpc'
import type { Clock, Logger, Service } from '@votestream/runtime'
import { createRegistry, drain, lifecycle, opsServer, systemClock } from '@votestream/runtime'
import { fileURLToPath } from 'node:url'
import { directVoteLog } from './adapters/direct/direct-vote-log.js'
import { postgresProcessLock } from './adapters/direct/process-lock.js'
import { exposeLogGauges } from './adapters/metrics/log-gauges.js'
import { tracedVoteMeter } from './adapters/metrics/traced-vote-meter.js'
import { prometheusVoteMeter } from './adapters/metrics/vote-meter.js'
import { rpcPollDefinitions } from './adapters/polls-client/poll-definitions.js'
import { postgresVoteStore } from './adapters/postgres/postgres-vote-store.js'
import { makeAdmitBallots } from './app/admit-ballots.js'
import { makeCastVotes } from './app/cast-votes.js'
import { makeFoldVotes } from './app/fold-votes.js'
import { forgetRejections } from './app/forget-rejections.js'
import { makeGetResults } from './app/get-results.js'
import { makeGetVote } from './app/get-vote.js'
import { makeVerdictWaiters } from './app/verdict-waiters.js'
import { makeVotesInHand } from './app/votes-in-hand.js'
import type { Config } from './config.js'
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
  let fail: (error: Error) => void = () => undefined
  const failed = new Promise<never>((_resolve, reject) => (fail = reject))
  failed.catch(() => undefined) // whoever awaits it gets the error; a stopped service has nobody who does

  const registry = createRegistry('votes')
  const pg = postgresPool({
    ...{ url: config.databaseUrl, max: config.databasePoolSize, applicationName: 'votestream-votes' },
    ...{ sessionSettings: SESSION_SETTINGS, logger, registry },
  })
  const schema = schemaGuard({
    postgres: pg,
    schema: 'votes',
    directory: MIGRATIONS,
    logger,
    clock,
    onFatal: fail,
  })
  const bus = postgresBus({ url: config.databaseUrl, logger, registry, clock, listen: [] })
  const polls = rpcClient(pollsService, {
    ...{ addresses: config.pollsAddress, name: 'polls', timeoutMs: POLLS_TIMEOUT_MS, logger, registry },
  })

  const meter = tracedVoteMeter(prometheusVoteMeter(registry), logger)
  const store = postgresVoteStore(pg)
  const waiters = makeVerdictWaiters()
  const inHand = makeVotesInHand()
  const lock = postgresProcessLock({ url: config.databaseUrl, clock, logger })
  const log = directVoteLog({ store, lock, logger, clock, onFatal: fail })
  log.run(makeFoldVotes({ store, waiters, publisher: bus, meter, clock }))
  exposeLogGauges(registry, { unfolded: () => log.pending, waiters: () => waiters.size })

  const definitions = rpcPollDefinitions({ polls, clock })
  const admit = makeAdmitBallots(definitions)
  const handlers = votesHandlers({
    castVotes: makeCastVotes({ definitions, admit, log, waiters, inHand, meter, clock }),
    getResults: makeGetResults({ store, clock }),
    getVote: makeGetVote({ store, log, inHand }),
    getStats: () => store.readTotals(),
  })
  const server = rpcServer({
    ...{ host: config.host, port: config.grpcPort, logger, registry },
    services: [bindService(votesService, handlers)],
    health: healthOf(log, pg),
  })
  const ready = (): true | string => (server.port === 0 ? 'the gRPC port is not bound' : schema.state)
  const ops = opsServer({ host: config.host, port: config.opsPort, registry, ready, logger })

  const rejections = forgetRejections({ store, clock, logger })
  const draining = drain(ops, clock, config.drainDelayMs)
  const service = lifecycle(logger, { ops, pg, schema, bus, polls, lock, log, rejections, server, draining })
  return { ...service, ports: () => ({ grpc: server.port, ops: ops.port }), failed }
}

const healthOf = (
  log: { readonly open: boolean },
  pg: { readonly healthy: boolean },
): Record<string, HealthCheck> => ({
  '': () => log.open,
  [votesServiceName]: () => log.open,
  postgres: () => pg.healthy,
  kafka: () => null,
  redis: () => null,
})
