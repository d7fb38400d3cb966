import { makeBatcher } from '@votestream/batcher'
import { unavailable } from '@votestream/errors'
import type { PollsServiceDefinition } from '@votestream/proto'
import type { RpcClient } from '@votestream/rpc'
import type { Clock } from '@votestream/runtime'
import type { PollDefinitions } from '../../domain/ports.js'
import type { PollDefinition } from '../../domain/results.js'
import { translated } from '../rpc-errors.js'

/** About 500 bytes each, 10 KB for the largest: 50 MB at the very most. The one fetched longest ago goes first. */
const CACHED_DEFINITIONS = 5_000
const LOOKUPS_IN_FLIGHT = 4
/** Far below the 1 MiB of a message, at 10 KB for the largest poll. */
const POLLS_PER_LOOKUP = 50
const WAITING_LOOKUPS = 10_000
const RETRY_AFTER_MS = 1_000

interface Lookup {
  readonly pollId: number
  readonly requestId: string
}

/** Definitions from the polls service. A poll never changes its options, so what is known is kept without expiry. */
export const rpcPollDefinitions = ({
  polls,
  clock,
}: {
  polls: Pick<RpcClient<PollsServiceDefinition>, 'call'>
  clock: Clock
}): PollDefinitions => {
  const cache = new Map<number, PollDefinition>()

  const remember = (definition: PollDefinition): void => {
    cache.set(definition.pollId, definition)
    if (cache.size <= CACHED_DEFINITIONS) return
    const [oldest = definition.pollId] = cache.keys()
    cache.delete(oldest)
  }

  const overloaded = (): Error =>
    unavailable('OVERLOADED', 'Too many polls are asked for at once.', { retryAfterMs: RETRY_AFTER_MS })

  const lookups = makeBatcher<Lookup, PollDefinition | undefined>({
    send: async (asked, batch) => {
      const ids = [...new Set(asked.map(({ pollId }) => pollId))]
      const response = await translated(polls.call('GetPolls', { ids }, { requestId: asked[0]?.requestId }))
      const found = new Map(response.polls.map(({ id, options }) => [id, { pollId: id, options }]))
      for (const definition of found.values()) remember(definition)
      asked.forEach(({ pollId }, index) => batch.resolve(index, found.get(pollId)))
    },
    maxInFlight: LOOKUPS_IN_FLIGHT,
    maxBatch: POLLS_PER_LOOKUP,
    maxQueued: WAITING_LOOKUPS,
    spacingMs: 0,
    clock,
    overloaded,
    expired: overloaded,
  })

  return {
    find: (pollId, requestId) => {
      const known = cache.get(pollId)
      return known === undefined ? lookups.submit({ pollId, requestId }) : Promise.resolve(known)
    },
  }
}
