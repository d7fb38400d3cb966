import type { Clock } from '@votestream/runtime'
import { ROUNDING_MS, takenOf } from '../../domain/gcra.js'
import type { RateLimitStore } from '../../domain/ports.js'

/** About 10 MB. Beyond it the address seen longest ago starts afresh: a flood of addresses must not cost memory. */
const MAX_KEYS = 100_000
/** Each request clears at most this many dead keys away, so that the clearing keeps up with the growth and never stalls. */
const CLEARED_PER_TAKE = 2

/**
 * Counts requests in this process (GCRA). A key's one number is its theoretical arrival time: when its budget is whole again, on the
 * monotonic clock.
 */
export const memoryRateLimits = (
  clock: Pick<Clock, 'monotonicMs'>,
): RateLimitStore & { readonly size: number } => {
  // In the order of their last request; one budget's keys therefore expire in about this order too.
  const wholeAt = new Map<string, number>()

  const clear = (nowMs: number): void => {
    let seen = 0
    for (const [key, atMs] of wholeAt) {
      if (seen++ === CLEARED_PER_TAKE || (atMs > nowMs && wholeAt.size <= MAX_KEYS)) return
      wholeAt.delete(key)
    }
  }

  return {
    get size() {
      return wholeAt.size
    },
    take(key, budget) {
      const nowMs = clock.monotonicMs()
      const before = Math.max(wholeAt.get(key) ?? nowMs, nowMs)
      const after = before + budget.intervalMs
      const allowed = after - nowMs <= budget.burst * budget.intervalMs + ROUNDING_MS
      const wholeAtMs = allowed ? after : before
      wholeAt.delete(key)
      wholeAt.set(key, wholeAtMs)
      clear(nowMs)
      return Promise.resolve(takenOf(budget, wholeAtMs - nowMs, allowed))
    },
  }
}
