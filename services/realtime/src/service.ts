import { postgresBus, redisBus, type Bus, type RedisBus, type Topic } from '@votestream/bus'
import { pollsService, votesService } from '@votestream/proto'
import { rpcClient } from '@votestream/rpc'
import type { Clock, Logger, Registry, Service } from '@votestream/runtime'
import { createRegistry, drain, exposeEngines, lifecycle, opsServer, systemClock } from '@votestream/runtime'
import { randomUUID } from 'node:crypto'
import { exposeStreamGauges, prometheusStreamMeter } from './adapters/metrics/stream-meter.js'
import { rpcPollDefinitions } from './adapters/polls-client/poll-definitions.js'
import { rpcResultsReader } from './adapters/votes-client/results-reader.js'
import { OpenStreams } from './app/open-streams.js'
import { makeReadState } from './app/read-state.js'
import { reportConnections } from './app/report-connections.js'
import { Resync } from './app/resync.js'
import { Rooms } from './app/rooms.js'
import { makeWatchPoll, type WatchPoll } from './app/watch-poll.js'
import type { Config } from './config.js'
import type { ResultsFeed, ResultsReader, StreamMeter } from './domain/ports.js'
import { trustedNetworks } from './transport/http/client-address.js'
import { makeServeEvents } from './transport/http/event-stream.js'
import { makeHandlers } from './transport/http/handlers.js'
import { httpServer, type HttpServer } from './transport/http/http-server.js'
import { makeReception } from './transport/http/reception.js'
import { makeServeWebSocket } from './transport/ws/web-socket-stream.js'

/** A lookup holds up a handshake: a viewer is better served by a 503 that says when to come back. */
const CALL_TIMEOUT_MS = 1_500
/** What a confirmation may be late before the number counts as stale: a slow read, and the resolution of the check. */
const CONFIRMATION_SLACK_MS = 750

interface Deps {
  readonly config: Config
  readonly logger: Logger
  readonly clock?: Clock
}

export interface Realtime extends Service {
  /** The ports that were bound. */
  ports(): { http: number; ops: number }
}

/** Wires the service, top to bottom: started in this order, stopped in reverse. */
export function createRealtime({ config, logger, clock = systemClock }: Deps): Realtime {
  const { host } = config
  const registry = createRegistry('realtime')
  const ready = (): true | string => (server.port === 0 ? 'the port is not bound' : true)
  const ops = opsServer({ host, port: config.opsPort, registry, ready, logger })
  const bus = busOf(config.bus, { logger, registry, clock, listen: ['results'] })
  const calls = { timeoutMs: CALL_TIMEOUT_MS, tls: config.grpcTls, logger, registry }
  const polls = rpcClient(pollsService, { ...calls, addresses: config.pollsAddress, name: 'polls' })
  const votes = rpcClient(votesService, { ...calls, addresses: config.votesAddress, name: 'votes' })

  const shared = { config, clock, logger, meter: prometheusStreamMeter(registry) }
  const { rooms, resync } = liveRooms({ ...shared, feed: bus, reader: rpcResultsReader(votes) })
  const streams = new OpenStreams({
    maxStreams: config.maxConnections,
    maxStreamsPerAddress: config.maxConnectionsPerAddress,
  })
  const count = (): number => streams.count('websocket')
  const reports = reportConnections({ board: bus, replica: randomUUID(), count, clock })
  streams.onChange = reports.changed
  exposeStreamGauges(registry, { streams, rooms, maxStreams: config.maxConnections, clock })
  exposeEngines(registry, { redis: () => ('ping' in bus ? bus.ping() : null) })

  const watchPoll = makeWatchPoll({ definitions: rpcPollDefinitions({ polls, clock }), rooms })
  const server = streamServer({ ...shared, watchPoll, streams })

  const draining = drain(ops, clock, config.drainDelayMs)
  const service = lifecycle(logger, { ops, bus, polls, votes, rooms, resync, reports, server, draining })
  return { ...service, ports: () => ({ http: server.port, ops: ops.port }) }
}

interface BusSurroundings {
  readonly logger: Logger
  readonly registry: Registry
  readonly clock: Clock
  readonly listen: readonly Topic[]
}

const busOf = (bus: Config['bus'], surroundings: BusSurroundings): Bus | RedisBus =>
  'redis' in bus
    ? redisBus({ ...bus.redis, ...surroundings })
    : postgresBus({ url: bus.databaseUrl, ...surroundings })

interface Shared extends Required<Deps> {
  readonly meter: StreamMeter
}

const liveRooms = (deps: Shared & { feed: ResultsFeed; reader: ResultsReader }) => {
  const { blockedMs, resyncIntervalMs } = deps.config
  const readState = makeReadState(deps)
  const staleAfterMs = resyncIntervalMs + CONFIRMATION_SLACK_MS
  const rooms = new Rooms({ ...deps, readState, blockedMs, staleAfterMs })
  return { rooms, resync: new Resync({ ...deps, rooms, intervalMs: resyncIntervalMs }) }
}

const streamServer = (deps: Shared & { watchPoll: WatchPoll; streams: OpenStreams }): HttpServer => {
  const { host, port, maxConnections, drainMs, trustedProxies, allowedOrigins, heartbeatMs } = deps.config
  const welcome = makeReception({ ...deps, trustedProxies: trustedNetworks(trustedProxies) })
  const serveWebSocket = makeServeWebSocket({ ...deps, welcome, heartbeatMs })
  const serveEvents = makeServeEvents({ ...deps, welcome, heartbeatMs, allowedOrigins })
  const handlers = makeHandlers({ ...deps, serveWebSocket, serveEvents, allowedOrigins })
  return httpServer({ ...deps, host, port, maxStreams: maxConnections, drainMs, handlers })
}
