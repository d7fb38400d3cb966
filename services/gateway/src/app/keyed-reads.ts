import { makeBatcher, type Batcher } from '@votestream/batcher'
import { unavailable } from '@votestream/errors'
import type { Clock } from '@votestream/runtime'
import type { Call } from '../domain/ports.js'
import { CALL_WITHIN_MS } from './budgets.js'

/** One call is answered while the next one travels; more would only split the batches. */
const CALLS_IN_FLIGHT = 2
/** Some seconds' worth of reads: who would wait behind them is better served by a retry. */
const MAX_WAITING = 10_000
const RETRY_AFTER_MS = 1_000

interface Options<Value> {
  /** Reads many ids in one call; ids that do not exist are left out. */
  readonly fetch: (ids: readonly number[], call: Call) => Promise<readonly (readonly [number, Value])[]>
  readonly missing: () => Error
  readonly maxBatch: number
  readonly clock: Clock
}

/** Reads one id; `deadlineAt` is taken from now. Throws what `fetch` throws, `missing()`, or unavailable `OVERLOADED`. */
export type KeyedRead<Value> = (id: number, requestId: string) => Promise<Value>

interface Read {
  readonly id: number
  readonly requestId: string
  readonly deadlineAt: number
}

/**
 * Reads by group commit: reads that come while calls fly share the next one, so that each includes whatever was written before it began.
 */
export const makeKeyedReads = <Value>(options: Options<Value>): KeyedRead<Value> => {
  const { clock } = options
  const overloaded = () =>
    unavailable('OVERLOADED', 'Too many reads wait: retry.', { retryAfterMs: RETRY_AFTER_MS })
  const batcher: Batcher<Read, Value> = makeBatcher({
    send: async (reads, batch) => {
      const ids = [...new Set(reads.map(({ id }) => id))]
      const found = new Map(await options.fetch(ids, callOf(reads, clock.now())))
      reads.forEach(({ id }, index) => {
        const value = found.get(id)
        if (value === undefined) batch.reject(index, options.missing())
        else batch.resolve(index, value)
      })
    },
    maxInFlight: CALLS_IN_FLIGHT,
    maxBatch: options.maxBatch,
    maxQueued: MAX_WAITING,
    spacingMs: 0,
    clock,
    overloaded,
    expired: overloaded,
  })
  return (id, requestId) => {
    const deadlineAt = clock.now() + CALL_WITHIN_MS
    return batcher.submit({ id, requestId, deadlineAt }, { deadlineAt })
  }
}

/** A batch may take as long as its youngest read, under the id of its oldest. */
const callOf = (reads: readonly Read[], now: number): Call => ({
  timeoutMs: Math.max(...reads.map(({ deadlineAt }) => deadlineAt)) - now,
  ...(reads[0] !== undefined && { requestId: reads[0].requestId }),
})
