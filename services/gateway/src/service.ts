import { postgresBus, redisBus } from '@votestream/bus'
import { pollsService, votesService } from '@votestream/proto'
import { rpcClient } from '@votestream/rpc'
import type { Clock, Logger, Registry, Service } from '@votestream/runtime'
import { createRegistry, drain, lifecycle, opsServer, systemClock } from '@votestream/runtime'
import { exposeBreakers, exposeEngines } from '@votestream/runtime'
import { memoryRateLimits } from './adapters/memory/memory-rate-limits.js'
import { gatewayMetrics } from './adapters/metrics/gateway-metrics.js'
import { registrySource } from './adapters/metrics/registry-source.js'
import { tracedRequests } from './adapters/metrics/traced-requests.js'
import { rpcPolls } from './adapters/polls-client/rpc-polls.js'
import { sharedRateLimits } from './adapters/redis/shared-rate-limits.js'
import { realtimeHealth } from './adapters/realtime-health.js'
import { rpcHealth } from './adapters/rpc-health.js'
import { rpcVotes } from './adapters/votes-client/rpc-votes.js'
import { CALL_WITHIN_MS } from './app/budgets.js'
import { makeCastVote } from './app/cast-vote.js'
import { makeGetHealth } from './app/get-health.js'
import { makeGetPoll, makeGetPollText, type PollText } from './app/get-poll.js'
import { makeGetResults } from './app/get-results.js'
import { makeGetStats } from './app/get-stats.js'
import type { KeyedRead } from './app/keyed-reads.js'
import { makeSummarize } from './app/summarize.js'
import { makeVoteBatcher } from './app/vote-batcher.js'
import type { Config } from './config.js'
import type { RateLimitStore } from './domain/ports.js'
import { makeAdmit } from './transport/http/admission.js'
import { makeClientAddress } from './transport/http/client-address.js'
import { makeDispatch } from './transport/http/dispatch.js'
import { makeExpressApp } from './transport/http/express-app.js'
import { makeRoutes, type UseCases, VOTE_TEMPLATE } from './transport/http/handlers/routes.js'
import { makeLimit, perMinute } from './transport/http/limits.js'
import { makePage } from './transport/http/page.js'
import { realtimePipes } from './transport/http/pipes/realtime-pipes.js'
import { makeFindRoute } from './transport/http/routes.js'
import { makeServe } from './transport/http/serve.js'
import { type HttpServer, httpServer } from './transport/http/server.js'

interface Deps {
  readonly config: Config
  readonly logger: Logger
  readonly clock?: Clock
}

export interface Gateway extends Service {
  /** The ports that were bound. */
  ports(): { http: number; ops: number }
}

/** Wires the service, top to bottom: started in this order, stopped in reverse. */
export function createGateway({ config, logger, clock = systemClock }: Deps): Gateway {
  const registry = createRegistry('gateway')
  const metrics = gatewayMetrics(registry)
  const { bus, limits, memoryLimits, engines, pingRedis } = chooseEngines({ config, logger, registry, clock })
  const client = { timeoutMs: CALL_WITHIN_MS, tls: config.grpcTls, logger, registry }
  const pollsClient = rpcClient(pollsService, { ...client, name: 'polls', addresses: config.pollsAddress })
  const votesClient = rpcClient(votesService, { ...client, name: 'votes', addresses: config.votesAddress })
  const polls = rpcPolls(pollsClient)
  const votes = rpcVotes(votesClient)

  const batcher = makeVoteBatcher({ votes, meter: metrics.votes, clock, limits: config.voteBatches })
  const getPoll = makeGetPoll({ polls, clock })
  const getPollText = makeGetPollText({ getPoll, cache: metrics.pollTexts })
  const getStats = makeGetStats({ polls, votes })
  const getHealth = makeGetHealth({
    ...{
      polls: rpcHealth(pollsClient),
      votes: rpcHealth(votesClient),
      realtime: realtimeHealth(config.realtime),
    },
    ...{ redis: pingRedis, activeConnections: () => bus.totalConnections(), clock },
  })
  metrics.expose({
    votesQueued: () => batcher.queued,
    batchesInFlight: () => batcher.inFlight,
    rateLimitedAddresses: () => memoryLimits.size,
  })

  const source = registrySource(registry, clock)
  const http = publicApi(
    { config, logger, clock, metrics, limits },
    {
      castVote: makeCastVote({ batcher, meter: metrics.votes, clock }),
      getResults: makeGetResults({ votes, getPollText, clock }),
      ...{ getPoll, getPollText, polls, votes, getStats, getHealth, metrics: source },
      summarize: makeSummarize({ getHealth, getStats, metrics: source }),
    },
  )
  const ready = (): true | string => (http.port === 0 ? 'the public port is not bound' : true)
  const ops = opsServer({ host: config.host, port: config.opsPort, registry, ready, logger })
  const votesOnTheirWay = { stop: () => batcher.close() }

  const draining = drain(ops, clock, config.drainDelayMs)
  const clients = { pollsClient, votesClient, votesOnTheirWay }
  const service = lifecycle(logger, { ops, ...engines, ...clients, http, draining })
  return { ...service, ports: () => ({ http: http.port, ops: ops.port }) }
}

/** What depends on the way to run; `engines` have to be started. */
const chooseEngines = ({ config, logger, registry, clock }: Required<Deps> & { registry: Registry }) => {
  const memoryLimits = memoryRateLimits(clock)
  const forBus = { logger, registry, clock, listen: ['connections'] } as const
  if ('databaseUrl' in config.bus) {
    const bus = postgresBus({ url: config.bus.databaseUrl, ...forBus })
    return { bus, limits: memoryLimits, memoryLimits, engines: { bus }, pingRedis: undefined }
  }
  const bus = redisBus({ ...config.bus.redis, ...forBus })
  const limits = sharedRateLimits({ ...config.bus.redis, insurance: memoryLimits, clock, logger })
  exposeEngines(registry, { redis: () => bus.ping() })
  exposeBreakers(registry, { shared_rate_limits: () => limits.away })
  return { bus, limits, memoryLimits, engines: { bus, limits }, pingRedis: () => bus.ping() }
}

interface Surroundings extends Required<Deps> {
  readonly metrics: ReturnType<typeof gatewayMetrics>
  readonly limits: RateLimitStore
}

/** Everything between the socket and the use cases. */
const publicApi = (
  { config, logger, clock, metrics, limits }: Surroundings,
  use: Omit<UseCases, 'events'> & { readonly getPollText: KeyedRead<PollText> },
): HttpServer => {
  const admit = makeAdmit({
    clientAddress: makeClientAddress(config.trustedProxies),
    limit: makeLimit(limits, {
      ip: perMinute(config.requestsPerMinute),
      streams: perMinute(config.streamsPerMinute),
    }),
  })
  const pipes = realtimePipes({
    upstreams: config.realtime,
    ...{ admit, assertPoll: use.getPollText, clock, logger },
  })
  const routes = makeRoutes({ ...use, events: pipes.events })
  const page = makePage(config.webDirectory)
  const serve = makeServe({ logger, clock })
  const dispatch = makeDispatch({
    findRoute: makeFindRoute(routes),
    isPage: page.has,
    onRateLimited: (route) => {
      if (route === VOTE_TEMPLATE) metrics.votes.shed('RATE_LIMITED')
    },
    serveRest: makeExpressApp({ page, serve, logger }),
    ...{ admit, serve, logger, clock },
  })
  const requests = tracedRequests(metrics.requests, logger)
  return httpServer({ host: config.host, port: config.port, dispatch, pipes, meter: requests, clock })
}
