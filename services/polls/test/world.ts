import { postgresBus, redisBus, type Bus } from '@votestream/bus'
import { pollsService, votesService } from '@votestream/proto'
import type { PollsServiceDefinition } from '@votestream/proto'
import { bindService, rpcClient, rpcServer } from '@votestream/rpc'
import type { RpcClient } from '@votestream/rpc'
import { aRegistry, eventually, openDatabase, silentLogger } from '@votestream/testing'
import type { TestDatabase } from '@votestream/testing'
import { readConfig } from '../src/config.js'
import { createPolls } from '../src/service.js'

export interface World extends AsyncDisposable {
  readonly polls: RpcClient<PollsServiceDefinition>
  /** GET on the ops port. */
  ops(path: string): Promise<{ status: number; body: string }>
  stop(): Promise<void>
}

/** A port that nobody listens on. */
const NOBODY = '127.0.0.1:1'

/** A running service on that database, and its client. */
export const startService = async (databaseUrl: string, settings: NodeJS.ProcessEnv = {}): Promise<World> => {
  const env = {
    ...{ DATABASE_URL: databaseUrl, HOST: '127.0.0.1', GRPC_PORT: '0', OPS_PORT: '0' },
    ...{ MANAGE_SECRET: 'a secret of thirty-two characters', VOTES_ADDRESS: NOBODY },
    ...settings,
  }
  const service = createPolls({ config: readConfig(env), logger: silentLogger })
  await service.start()
  const { grpc, ops } = service.ports()
  const clientOptions = { logger: silentLogger, registry: aRegistry(), name: 'polls', timeoutMs: 5_000 }
  const polls = rpcClient(pollsService, { addresses: `127.0.0.1:${grpc}`, ...clientOptions })
  return {
    polls,
    ops: async (path) => {
      const response = await fetch(`http://127.0.0.1:${ops}${path}`)
      return { status: response.status, body: await response.text() }
    },
    stop: () => service.stop(),
    [Symbol.asyncDispose]: async () => {
      await polls.stop()
      await service.stop()
    },
  }
}

interface Changes extends AsyncDisposable {
  readonly heard: number[]
}

const listening = async (bus: Bus): Promise<Changes> => {
  const heard: number[] = []
  bus.onPollsChanged((ids) => heard.push(...ids))
  await bus.start?.()
  await eventually(() => {
    if (!bus.connected) throw new Error('not connected yet')
  })
  return { heard, [Symbol.asyncDispose]: () => bus.stop?.() ?? Promise.resolve() }
}

const hearing = () => ({
  logger: silentLogger,
  registry: aRegistry(),
  listen: ['polls_changed'] as const,
})

/** Notes every poll that is told to have changed. */
export const listenToChanges = (databaseUrl: string): Promise<Changes> =>
  listening(postgresBus({ url: databaseUrl, ...hearing() }))

/** The same over Redis. */
export const listenToChangesOnRedis = (redis: { url: string; prefix: string }): Promise<Changes> =>
  listening(redisBus({ ...redis, ...hearing() }))

/** The settings of a service whose bus is that Redis. */
export const onRedis = ({ url, prefix }: { url: string; prefix: string }): NodeJS.ProcessEnv => ({
  REDIS_URL: url,
  REDIS_PREFIX: prefix,
})

/** A ready service on a database of its own. */
export const openWorld = async (
  settings: NodeJS.ProcessEnv = {},
): Promise<World & { database: TestDatabase }> => {
  const database = await openDatabase()
  const service = await startService(database.urlFor('polls'), settings)
  await eventually(async () => {
    const { status, body } = await service.ops('/readyz')
    if (status !== 200) throw new Error(body)
  })
  return {
    ...service,
    database,
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

/** A votes service that only closes polls, in the way that `answer` says. */
export const openVotes = async (answer: (pollId: number, closeId: string) => Promise<boolean>) => {
  const unused = () => Promise.reject(new Error('not used here'))
  const server = rpcServer({
    ...{ host: '127.0.0.1', port: 0, logger: silentLogger, registry: aRegistry(), health: {} },
    ...{ ready: () => true, shutdownGraceMs: 100 },
    services: [
      bindService(votesService, {
        async ClosePoll({ pollId, closeId }) {
          return { final: await answer(pollId, Buffer.from(closeId).toString('hex')) }
        },
        async *CastVotes() {},
        ...{ GetResults: unused, GetVote: unused, GetStats: unused },
      }),
    ],
  })
  await server.start()
  return {
    address: `127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server.stop(),
  }
}
