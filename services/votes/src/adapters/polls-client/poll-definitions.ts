import { makeBatcher } from '@votestream/batcher'
import { unavailable } from '@votestream/errors'
import type { Poll__Output, PollsServiceDefinition } from '@votestream/proto'
import type { RpcClient } from '@votestream/rpc'
import type { Clock } from '@votestream/runtime'
import type { PollDefinition, PollDefinitions } from '../../domain/ports.js'

/** About 100 bytes each: 10 MB at the most. The least recently fetched goes first. */
const CACHED_DEFINITIONS = 100_000
const LOOKUPS_IN_FLIGHT = 4
/** The largest poll takes 11 KB (2,700 characters of 4 bytes), so that an answer stays below the 1 MiB of a message. */
const POLLS_PER_LOOKUP = 80
const WAITING_LOOKUPS = 10_000
const RETRY_AFTER_MS = 1_000

const US_PER_MS = 1_000

const definitionOf = ({ id, options, opensAtUs }: Poll__Output): PollDefinition => ({
  pollId: id,
  optionCount: options.length,
  ...(opensAtUs > 0 && { opensAtMs: opensAtUs / US_PER_MS }),
})

/**
 * Definitions from the polls service. A poll never changes its options, so what is known is kept without expiry; an unknown id is asked
 * again each time, for it may exist a moment later. Throws unavailable `UNREACHABLE` or `OVERLOADED`.
 */
export const rpcPollDefinitions = ({
  polls,
  clock,
}: {
  polls: Pick<RpcClient<PollsServiceDefinition>, 'call'>
  clock: Clock
}): PollDefinitions => {
  const cache = new Map<number, PollDefinition>()

  const remember = (definition: PollDefinition): void => {
    const oldest = cache.keys().next()
    if (cache.size >= CACHED_DEFINITIONS && !oldest.done) cache.delete(oldest.value)
    cache.set(definition.pollId, definition)
  }

  const overloaded = (): Error =>
    unavailable('OVERLOADED', 'too many unknown polls are asked for', { retryAfterMs: RETRY_AFTER_MS })

  const lookups = makeBatcher<number, PollDefinition | undefined>({
    send: async (pollIds, batch) => {
      const { polls: found } = await polls.call('GetPolls', { ids: [...new Set(pollIds)] })
      for (const poll of found) remember(definitionOf(poll))
      pollIds.forEach((pollId, index) => batch.resolve(index, cache.get(pollId)))
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
    knows: (pollId) => cache.has(pollId),
    find: (pollId) => {
      const known = cache.get(pollId)
      return known ? Promise.resolve(known) : lookups.submit(pollId)
    },
  }
}
