import { rpcVotes } from '@votestream/gateway/adapters/votes-client/rpc-votes.js'
import { makeCastVote, type CastVote, type VoteRequest } from '@votestream/gateway/app/cast-vote.js'
import { makeGetResults } from '@votestream/gateway/app/get-results.js'
import { makeVoteBatcher } from '@votestream/gateway/app/vote-batcher.js'
import type { Results } from '@votestream/gateway/domain/results.js'
import type { VotesService } from '@votestream/gateway/domain/ports.js'
import type { SimProcess } from '../kernel/process.js'
import type { World } from '../world/world.js'
import { votesClient, type Balancer } from './rpc.js'

/** Small, so that batches gather and queue although few vote. */
const LIMITS = { maxInFlight: 2, maxBatch: 8, spacingMs: 3, maxQueued: 30 }

/** One gateway: what a request finds behind HTTP. */
export interface Gateway {
  readonly process: SimProcess
  readonly votes: VotesService
  readonly castVote: (request: VoteRequest) => Promise<CastVote>
  readonly getResults: (pollId: number) => Promise<Results>
}

/** Wires a gateway's use cases as its service.ts does. */
export const startGateway = (world: World, process: SimProcess, balancer: Balancer): Gateway => {
  const { clock } = process
  const votes = rpcVotes(votesClient(world, process, balancer) as Parameters<typeof rpcVotes>[0])
  const nothing = (): void => undefined
  const meter = {
    ...{ received: nothing, answered: nothing, batchSent: nothing },
    shed: (reason: string) => world.coverage.count(`gateway sheds ${reason}`),
  }
  const batcher = makeVoteBatcher({ votes, meter, clock, limits: LIMITS })
  const getPollText = (id: number) => Promise.resolve({ id, question: '', options: ['a', 'b', 'c'] })
  const getResults = makeGetResults({ votes, getPollText, clock })
  return {
    ...{ process, votes, castVote: makeCastVote({ batcher, meter, clock }) },
    getResults: async (pollId) => (await getResults(pollId, 'read')).results,
  }
}
