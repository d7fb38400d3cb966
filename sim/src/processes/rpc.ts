import type { VotesServiceDefinition } from '@votestream/proto'
import type { RpcClient } from '@votestream/rpc'
import type { SimProcess } from '../kernel/process.js'
import type { World } from '../world/world.js'
import { Call, unreachable, type Break, type Method } from './call.js'
import type { VotesReplica } from './votes-process.js'

/** By level: how many calls of a thousand break on their way. */
const BREAKS_PER_MILLE = [0, 10, 50, 150] as const
const CALL_WITHIN_MS = 2_700

/** Which replicas there are, and who is told when one dies. */
export interface Balancer {
  readonly replicas: () => readonly VotesReplica[]
  readonly onDeath: (replica: VotesReplica, tell: () => void) => () => void
  level: number
}

type Client = Pick<RpcClient<VotesServiceDefinition>, 'call' | 'stream'>

interface CallOptions {
  readonly timeoutMs?: number
}

/** A client of votes as grpc-js is one: a call goes to one replica, and may break at any moment on either side. */
export const votesClient = (world: World, process: SimProcess, balancer: Balancer): Client => {
  const { random } = world.kernel
  let last = 0
  const pick = (): VotesReplica => {
    const open = balancer.replicas().filter(({ process: each, isOpen }) => each.alive && isOpen())
    const replica = open[(last += 1) % open.length]
    if (!replica) throw unreachable()
    return replica
  }
  const breaks = (): Break => {
    const fate = random.below(1000)
    if (fate >= (BREAKS_PER_MILLE[balancer.level] ?? 0)) return undefined
    const way = fate % 2 === 0 ? 'lost' : 'cut'
    world.coverage.count(`call ${way}`)
    return way
  }
  const begin = (method: Method, request: object, { timeoutMs = CALL_WITHIN_MS }: CallOptions): Call =>
    new Call({
      ...{ world, process, replica: pick(), method, request, timeoutMs },
      ...{ breaks: breaks(), onDeath: balancer.onDeath },
    })

  const client = {
    async *stream(method: 'CastVotes', request: object, options: CallOptions = {}) {
      const call = begin(method, request, options)
      try {
        for (let next = await call.inbox.next(); next; next = await call.inbox.next())
          yield withDefaults(next)
      } finally {
        call.leave()
      }
    },
    async call(method: 'GetResults' | 'GetVote' | 'ClosePoll', request: object, options: CallOptions = {}) {
      const answer = await begin(method, request, options).inbox.next()
      if (!answer) throw unreachable()
      return withDefaults(answer)
    },
  }
  return client as unknown as Client
}

/** proto3 has no absent scalars: what was not said is read as its default. */
const withDefaults = (message: object): object => {
  const { outcomes, results } = message as {
    readonly outcomes?: readonly object[]
    readonly results?: readonly object[]
  }
  if (outcomes)
    return {
      outcomes: outcomes.map((each) => ({ index: 0, reason: '', version: 0, retryAfterMs: 0, ...each })),
    }
  if (results) return { results: results.map((each) => ({ unknown: false, stale: false, ...each })) }
  return message
}
