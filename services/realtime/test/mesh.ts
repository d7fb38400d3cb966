import type { Bus, ResultsState } from '@votestream/bus'
import { pollsService, votesService } from '@votestream/proto'
import { bindService, rpcServer, type Handlers, type RpcServer } from '@votestream/rpc'
import type { PollsServiceDefinition, VotesServiceDefinition } from '@votestream/proto'
import { createRegistry } from '@votestream/runtime'
import { silentLogger } from '@votestream/testing'
import type { Config } from '../src/config.js'
import { createRealtime, type Realtime } from '../src/service.js'
import type { Ground } from './ground.js'
import { openPostgresGround, type PostgresGround } from './postgres-ground.js'
import { aState } from './fakes.js'

/** A neighbour of realtime in this process, which can go and come back at its address. */
interface Neighbour {
  readonly port: number
  stop(): Promise<void>
  start(): Promise<void>
}

const openNeighbour = async (serve: (port: number) => RpcServer): Promise<Neighbour> => {
  let server = serve(0)
  await server.start()
  const { port } = server
  return {
    port,
    stop: () => server.stop(),
    start: async () => {
      server = serve(port)
      await server.start()
    },
  }
}

const never = (): Promise<never> => Promise.reject(new Error('realtime has no business here'))

const serverOf = <D extends object>(definition: D, handlers: Partial<Handlers<D>>) => {
  const names = Object.keys(definition)
  const all = Object.fromEntries(names.map((name) => [name, never])) as unknown as Handlers<D>
  return (port: number): RpcServer =>
    rpcServer({
      host: '127.0.0.1',
      port,
      logger: silentLogger,
      registry: createRegistry('test'),
      services: [bindService(definition, { ...all, ...handlers })],
      health: { '': () => true },
      ready: () => true,
      shutdownGraceMs: 0,
    })
}

const statuses = {
  open: 'POLL_STATUS_OPEN',
  closing: 'POLL_STATUS_CLOSING',
  closed: 'POLL_STATUS_CLOSED',
} as const

/** realtime as it is, on a real bus, with polls and votes played by this process. */
export interface Mesh extends AsyncDisposable {
  readonly realtime: Realtime
  readonly url: string
  /** While `silent`, polls takes calls and answers none. */
  readonly polls: Neighbour & { readonly requestIds: string[]; silent: boolean }
  /** While `silent`, votes takes calls and answers none; with `copiesOnly` it cannot read its record. */
  readonly votes: Neighbour & { readonly reads: number[][]; silent: boolean; copiesOnly: boolean }
  /** A bus as votes has it, which hears of connections too. */
  readonly bus: Bus
  /** Makes a poll that can be watched. */
  addPoll(pollId: number, options?: readonly string[]): void
  /** Makes a state true, without a word. */
  settle(state: ResultsState): void
  /** Makes a state true and says so. */
  change(state: ResultsState): void
  /** Starts another realtime in the same surroundings. */
  restart(other?: Partial<Config>): Promise<AsyncDisposable & Pick<Mesh, 'realtime' | 'url'>>
  metric(name: string): Promise<number>
}

const urlOf = (realtime: Realtime): string => `http://127.0.0.1:${realtime.ports().http}`

const defaults = {
  host: '127.0.0.1',
  port: 0,
  opsPort: 0,
  trustedProxies: ['127.0.0.1'],
  allowedOrigins: [],
  maxConnections: 100,
  maxConnectionsPerAddress: 50,
  resyncIntervalMs: 4_000,
  heartbeatMs: 25_000,
  blockedMs: 25_000,
  drainMs: 0,
  drainDelayMs: 0,
} satisfies Partial<Config>

/** A mesh on a bus over PostgreSQL. */
export const openMesh = async (settings: Partial<Config> = {}): Promise<Mesh & PostgresGround> => {
  const ground = await openPostgresGround()
  const mesh = await openMeshOn(ground, settings)
  return { ...ground, ...mesh }
}

export const openMeshOn = async (ground: Ground, settings: Partial<Config> = {}): Promise<Mesh> => {
  const definitions = new Map<number, readonly string[]>()
  const truth = new Map<number, ResultsState>()
  const requestIds: string[] = []
  const reads: number[][] = []

  const polls = await openNeighbour(
    serverOf<PollsServiceDefinition>(pollsService, {
      GetPolls: ({ ids }, { requestId }) => {
        requestIds.push(requestId)
        if (playedPolls.silent) return new Promise(() => undefined)
        const known = ids.filter((id) => definitions.has(id))
        return Promise.resolve({
          polls: known.map((id) => ({ id, options: [...(definitions.get(id) ?? [])] })),
        })
      },
    }),
  )
  const votes = await openNeighbour(
    serverOf<VotesServiceDefinition>(votesService, {
      GetResults: ({ pollIds }) => {
        reads.push(pollIds)
        if (played.silent) return new Promise(() => undefined)
        const states = pollIds.map((pollId) => truth.get(pollId) ?? aState(pollId, 0, { counts: [] }))
        return Promise.resolve({
          results: states.map((state) => ({
            ...state,
            counts: [...state.counts],
            status: statuses[state.status],
            stale: played.copiesOnly,
          })),
        })
      },
    }),
  )

  const playedPolls = Object.assign(polls, { requestIds, silent: false })
  const played = Object.assign(votes, { reads, silent: false, copiesOnly: false })
  const bus = ground.makeBus()
  const aRealtime = (other: Partial<Config> = {}): Realtime =>
    createRealtime({
      config: {
        ...defaults,
        pollsAddress: `127.0.0.1:${polls.port}`,
        grpcTls: undefined,
        votesAddress: `127.0.0.1:${votes.port}`,
        bus: ground.realtimeBus,
        ...settings,
        ...other,
      },
      logger: silentLogger,
    })
  const realtime = aRealtime()
  const ready = new Promise<void>((resolve) => bus.onReady(resolve))
  await Promise.all([bus.start?.(), ready, realtime.start()])

  return {
    realtime,
    url: urlOf(realtime),
    polls: playedPolls,
    votes: played,
    bus,
    addPoll: (pollId, options = ['Python', 'Go']) => void definitions.set(pollId, options),
    settle: (state) => void truth.set(state.pollId, state),
    change: (state) => {
      truth.set(state.pollId, state)
      bus.publishResults([state])
    },
    restart: async (other) => {
      const another = aRealtime(other)
      await another.start()
      return {
        realtime: another,
        url: urlOf(another),
        [Symbol.asyncDispose]: () => another.stop(),
      }
    },
    metric: async (name) => {
      const text = await (await fetch(`http://127.0.0.1:${realtime.ports().ops}/metrics`)).text()
      return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (.*)$`, 'm').exec(text)?.[1] ?? NaN)
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([realtime.stop(), bus.stop?.()])
      await Promise.all([polls.stop(), votes.stop()])
      await ground[Symbol.asyncDispose]()
    },
  }
}
