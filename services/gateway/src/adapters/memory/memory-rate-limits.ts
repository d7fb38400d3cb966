import type { Clock } from '@votestream/runtime'
import type { Budget, RateLimitStore, Taken } from '../../domain/ports.js'

/** About 10 MB. Beyond it the address seen longest ago starts afresh: a flood of addresses must not cost memory. */
const MAX_KEYS = 100_000
/** Each request clears at most this many dead keys away, so that the clearing keeps up with the growth and never stalls. */
const CLEARED_PER_TAKE = 2
/** Sums of fractions of milliseconds are off by less than this. */
const ROUNDING_MS = 0.001

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
      return Promise.resolve(judge(budget, wholeAtMs - nowMs, allowed))
    },
  }
}

/** `owedMs`: until the budget is whole again. */
const judge = ({ burst, intervalMs }: Budget, owedMs: number, allowed: boolean): Taken => {
  const remaining = Math.max(0, Math.floor(burst - (owedMs - ROUNDING_MS) / intervalMs))
  return {
    allowed,
    remaining,
    resetMs: owedMs,
    retryAfterMs: remaining > 0 ? 0 : owedMs - (burst - 1) * intervalMs,
  }
}
