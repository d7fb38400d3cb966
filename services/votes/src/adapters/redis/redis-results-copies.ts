import type { RedisBus } from '@votestream/bus'
import type { ResultsCopies } from '../../domain/ports.js'

/** The copies of results that the Redis bus keeps of what it publishes. */
export const redisResultsCopies = (bus: Pick<RedisBus, 'readCopies'>): ResultsCopies => ({
  read: (pollIds) => bus.readCopies(pollIds),
})
