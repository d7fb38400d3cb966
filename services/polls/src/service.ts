import { postgresBus, redisBus, type Bus, type RedisBus } from '@votestream/bus'
import { postgresPool, schemaGuard } from '@votestream/postgres'
import { pollsService, pollsServiceName, votesService } from '@votestream/proto'
import { bindService, rpcClient, rpcServer } from '@votestream/rpc'
import type { Clock, Logger, Registry, Service } from '@votestream/runtime'
import { createRegistry, drain, exposeEngines, lifecycle, opsServer, systemClock } from '@votestream/runtime'
import { fileURLToPath } from 'node:url'
import { postgresPollStore, postgresThemeStore } from './adapters/postgres/postgres-stores.js'
import { rpcVotes } from './adapters/votes-client/rpc-votes.js'
import { closeDuePolls } from './app/close-due-polls.js'
import { makeClosePoll } from './app/close-poll.js'
import { CLOSE_CALL_MS, makeCloser } from './app/closer.js'
import { makeCreatePoll } from './app/create-poll.js'
import { makeGetPolls } from './app/get-polls.js'
import { makeGetStats } from './app/get-stats.js'
import { makeListPolls } from './app/list-polls.js'
import { makeListThemes } from './app/list-themes.js'
import { makeManageTokens } from './app/manage-tokens.js'
import type { Config } from './config.js'
import { pollsHandlers } from './transport/grpc/polls-handlers.js'

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url))

interface Deps {
  readonly config: Config
  readonly logger: Logger
  readonly clock?: Clock
}

export interface Polls extends Service {
  /** The ports that were bound. */
  ports(): { grpc: number; ops: number }
  /** Rejects when this process must end. */
  readonly failed: Promise<never>
}

/** Wires the service, top to bottom: started in this order, stopped in reverse. */
export function createPolls({ config, logger, clock = systemClock }: Deps): Polls {
  const { failed, fail } = failing()
  const registry = createRegistry('polls')
  const postgres = postgresPool({
    ...{ ...config.database, max: config.databasePoolSize, applicationName: 'votestream-polls' },
    ...{ logger, registry, clock },
  })
  const schema = schemaGuard({
    postgres,
    schema: 'polls',
    directory: MIGRATIONS,
    logger,
    clock,
    onFatal: fail,
  })
  const bus = busOf(config, { logger, registry, clock })

  exposeEngines(registry, {
    postgres: () => postgres.healthCheck(),
    redis: () => ('ping' in bus ? bus.ping() : null),
  })

  const calls = { timeoutMs: CLOSE_CALL_MS, tls: config.grpcTls, logger, registry }
  const votes = rpcClient(votesService, { ...calls, addresses: config.votesAddress, name: 'votes' })
  const tokens = makeManageTokens(config.manageSecret)
  const polls = postgresPollStore(postgres)
  const themes = postgresThemeStore(postgres)
  const closer = makeCloser({ polls, votes: rpcVotes(votes), announcer: bus, logger })
  const handlers = pollsHandlers({
    createPoll: makeCreatePoll({ polls, themes, announcer: bus, clock }),
    closePoll: makeClosePoll({ polls, tokens, closer }),
    manageTokenOf: (pollId) => tokens.of(pollId),
    getPolls: makeGetPolls({ polls }),
    listPolls: makeListPolls({ polls, themes }),
    listThemes: makeListThemes({ themes }),
    getStats: makeGetStats({ polls }),
  })
  const right = (): boolean => schema.state === true
  const server = rpcServer({
    ...{ host: config.host, port: config.grpcPort, tls: config.grpcTls, logger, registry },
    services: [bindService(pollsService, handlers)],
    health: { '': right, [pollsServiceName]: right, postgres: () => postgres.healthCheck() },
    ready: () => ops.readiness,
  })
  const ready = (): true | string => (server.port === 0 ? 'the gRPC port is not bound' : schema.state)
  const ops = opsServer({ host: config.host, port: config.opsPort, registry, ready, logger })

  const closing = closeDuePolls({ closer, clock, logger })
  const draining = drain(ops, clock, config.drainDelayMs)
  const service = lifecycle(logger, { ops, postgres, schema, bus, votes, closing, server, draining })
  return { ...service, ports: () => ({ grpc: server.port, ops: ops.port }), failed }
}

const failing = () => {
  let fail: (error: Error) => void = () => undefined
  const failed = new Promise<never>((_resolve, reject) => (fail = reject))
  failed.catch(() => undefined) // whoever awaits it gets the error; a stopped service has nobody who does
  return { failed, fail: (error: Error): void => fail(error) }
}

type BusSurroundings = Required<Omit<Deps, 'config'>> & { readonly registry: Registry }

/** Only spoken on: polls hears nothing. */
const busOf = ({ redis, database }: Config, surroundings: BusSurroundings): Bus | RedisBus =>
  redis === undefined
    ? postgresBus({ ...database, ...surroundings, listen: [] })
    : redisBus({ ...redis, ...surroundings, listen: [] })
