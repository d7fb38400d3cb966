import { unavailable } from '@votestream/errors'
import { makeBatcher } from '@votestream/batcher'
import type { Clock } from '@votestream/runtime'
import type { ResultsCopies, VoteStore } from '../domain/ports.js'
import type { Results, UnknownResults } from '../domain/results.js'
import { makeReadStoreOrCopies } from './read-store-or-copies.js'

/** Two queries at once keep one on its way while the other is answered; more would only split the batches. */
const QUERIES_IN_FLIGHT = 2
/** One primary-key query of a thousand polls answers in a few milliseconds. */
const POLLS_PER_QUERY = 1_000
/** Ten full queries; a reader behind them is better served by a retry. */
const WAITING_READS = 10_000
const RETRY_AFTER_MS = 1_000

interface Deps {
  readonly store: Pick<VoteStore, 'readResults'>
  /** Missing where there is no live view to fall back on. */
  readonly copies?: ResultsCopies | undefined
  /** True while it is known that the store does not answer. */
  readonly storeIsDown: () => boolean
  readonly clock: Clock
}

/**
 * Reads polls' results by group commit: reads that come while a query runs share the next one, so every read includes whatever was
 * counted before it began. While the store cannot be read the live view's copies are given, as stale, and `unknown` where it has none.
 * Throws unavailable `OVERLOADED`, or what the store throws when the view cannot be read either.
 */
export const makeGetResults = ({ store, copies, storeIsDown, clock }: Deps) => {
  const read = copies ? makeReadStoreOrCopies({ store, copies, storeIsDown, clock }) : store.readResults
  const reads = makeBatcher<number, Results | UnknownResults>({
    send: async (pollIds, batch) => {
      const wanted = [...new Set(pollIds)]
      const found = new Map((await read(wanted)).map((results) => [results.pollId, results]))
      pollIds.forEach((pollId, index) => {
        const results = found.get(pollId)
        if (results) batch.resolve(index, results)
      })
    },
    maxInFlight: QUERIES_IN_FLIGHT,
    maxBatch: POLLS_PER_QUERY,
    maxQueued: WAITING_READS,
    spacingMs: 0,
    clock,
    overloaded: () => unavailable('OVERLOADED', 'too many reads wait', { retryAfterMs: RETRY_AFTER_MS }),
    expired: () => unavailable('OVERLOADED', 'the read waited too long', { retryAfterMs: RETRY_AFTER_MS }),
  })

  return (
    pollIds: readonly number[],
    { deadlineAt }: { deadlineAt: number },
  ): Promise<readonly (Results | UnknownResults)[]> =>
    Promise.all(pollIds.map((pollId) => reads.submit(pollId, { deadlineAt })))
}
