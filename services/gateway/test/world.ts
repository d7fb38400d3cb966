import { eventually, openDatabase, silentLogger } from '@votestream/testing'
import type { Logger } from '@votestream/runtime'
import { readConfig } from '../src/config.js'
import { createGateway, type Gateway } from '../src/service.js'
import { startFakeRealtime, type FakeRealtime } from './fake-realtime.js'
import { aFakePolls, aFakeVotes, servePolls, serveVotes, type FakePolls, type FakeVotes } from './fakes.js'

export interface World extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly opsPort: number
  /** Empty when Redis carries the bus. */
  readonly busUrl: string
  readonly polls: FakePolls
  readonly votes: FakeVotes
  readonly realtime: FakeRealtime
  readonly gateway: Gateway
  /** Ends a service, as a crash does; `back` starts it again on its port. */
  kill(service: 'polls' | 'votes'): Promise<{ readonly back: () => Promise<void> }>
  fetch(path: string, init?: RequestInit): Promise<Response>
  vote(pollId: number | string, body: unknown, headers?: Record<string, string>): Promise<Response>
}

export interface WorldOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly logger?: Logger
  /** More replicas of realtime, beside the world's own. */
  readonly realtimes?: readonly FakeRealtime[]
}

/** The real gateway with real gRPC to fakes of polls and votes, and a fake realtime; on Postgres unless `env` names a Redis. The rate limit is off unless `env` sets it. */
export const openWorld = async (options: WorldOptions = {}): Promise<World> => {
  const { env = {}, logger = silentLogger, realtimes = [] } = options
  const database = env.REDIS_URL === undefined ? await openDatabase() : undefined
  const realtime = await startFakeRealtime()
  const [polls, votes] = [aFakePolls(), aFakeVotes()]
  const serve = { polls: (port = 0) => servePolls(polls, port), votes: (port = 0) => serveVotes(votes, port) }
  const servers = { polls: serve.polls(), votes: serve.votes() }
  await servers.polls.start()
  await servers.votes.start()

  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    OPS_PORT: '0',
    POLLS_ADDRESS: `127.0.0.1:${servers.polls.port}`,
    VOTES_ADDRESS: `127.0.0.1:${servers.votes.port}`,
    REALTIME_ADDRESS: [realtime, ...realtimes].map(({ port }) => `127.0.0.1:${port}`).join(),
    BUS_DATABASE_URL: database?.urlFor('bus'),
    RATE_LIMIT_PER_MINUTE: '0',
    ...env,
  })
  const gateway = createGateway({ config, logger })
  await gateway.start()
  const { http, ops } = gateway.ports()
  const url = `http://127.0.0.1:${http}`

  const world = {
    ...{
      url,
      port: http,
      opsPort: ops,
      busUrl: database?.urlFor('bus') ?? '',
      polls,
      votes,
      realtime,
      gateway,
    },
    fetch: (path: string, init?: RequestInit) => fetch(`${url}${path}`, init),
    vote: (pollId: number | string, body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${url}/polls/${pollId}/vote`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    kill: async (name: 'polls' | 'votes') => {
      const { port } = servers[name]
      await servers[name].stop()
      const back = async (): Promise<void> => {
        servers[name] = serve[name](port)
        await servers[name].start()
      }
      return { back }
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.stop()
      await Promise.all([servers.polls.stop(), servers.votes.stop(), realtime[Symbol.asyncDispose]()])
      await database?.[Symbol.asyncDispose]()
    },
  }
  // The first call would otherwise find no connection yet.
  await eventually(async () => {
    const health = (await (await world.fetch('/health')).json()) as { status: string }
    if (health.status !== 'ok') throw new Error(`not well yet: ${JSON.stringify(health)}`)
  })
  return world
}

/** An answer as far as tests look at it. */
export const told = async (response: Response) => ({
  status: response.status,
  type: response.headers.get('content-type'),
  body: (await response.json()) as Record<string, unknown>,
})
