import { makeBatcher } from '@votestream/batcher'
import { unavailable } from '@votestream/errors'
import type { Clock } from '@votestream/runtime'
import type { ResultsReader } from '../domain/ports.js'
import type { ReadState } from '../domain/results.js'

/** One call is answered while the next one travels; more would only split the batches. */
const READS_IN_FLIGHT = 2
const POLLS_PER_READ = 500
const WAITING_READS = 10_000
const RETRY_AFTER_MS = 1_000

/** Reads one poll's state; reads that come while others fly share the next call. Throws what the reader throws, unavailable
 * `OVERLOADED`, or `UNAVAILABLE` for a poll that the reader leaves out. */
export const makeReadState = ({ reader, clock }: { reader: ResultsReader; clock: Clock }) => {
  const overloaded = (): Error =>
    unavailable('OVERLOADED', 'Too many streams begin at once.', { retryAfterMs: RETRY_AFTER_MS })
  const unknown = (): Error =>
    unavailable('UNAVAILABLE', 'The results cannot be read now.', { retryAfterMs: RETRY_AFTER_MS })
  const reads = makeBatcher<number, ReadState>({
    send: async (pollIds, batch) => {
      const states = new Map((await reader.read([...new Set(pollIds)])).map((state) => [state.pollId, state]))
      pollIds.forEach((pollId, index) => {
        const state = states.get(pollId)
        if (state === undefined) batch.reject(index, unknown())
        else batch.resolve(index, state)
      })
    },
    maxInFlight: READS_IN_FLIGHT,
    maxBatch: POLLS_PER_READ,
    maxQueued: WAITING_READS,
    spacingMs: 0,
    clock,
    overloaded,
    expired: overloaded,
  })
  return (pollId: number): Promise<ReadState> => reads.submit(pollId)
}
