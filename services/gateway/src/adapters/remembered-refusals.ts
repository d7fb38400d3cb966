import type { Clock } from '@votestream/runtime'
import type { RateLimitStore, Taken } from '../domain/ports.js'

/** Some MB; beyond it the oldest is asked about once more. */
const MAX_KEPT = 10_000

interface Refusal {
  readonly taken: Taken
  readonly atMs: number
}

/**
 * Answers for a store while it is certain what that would say: a refused key stays refused until the moment that the refusal named, since
 * nothing gives a budget back earlier. So a flood from one address is answered here, and the store hears of it once an interval.
 */
export const rememberRefusals = (
  store: RateLimitStore,
  clock: Pick<Clock, 'monotonicMs'>,
): RateLimitStore => {
  const refusals = new Map<string, Refusal>()
  const known = (key: string): Taken | undefined => {
    const refusal = refusals.get(key)
    if (refusal === undefined) return undefined
    const passedMs = clock.monotonicMs() - refusal.atMs
    const { resetMs, retryAfterMs } = refusal.taken
    if (passedMs < retryAfterMs)
      return { ...refusal.taken, resetMs: resetMs - passedMs, retryAfterMs: retryAfterMs - passedMs }
    refusals.delete(key)
    return undefined
  }
  const keep = (key: string, taken: Taken): void => {
    const [oldest] = refusals.keys()
    if (refusals.size >= MAX_KEPT && oldest !== undefined) refusals.delete(oldest)
    refusals.set(key, { taken, atMs: clock.monotonicMs() })
  }
  return {
    async take(key, budget) {
      const refused = known(key)
      if (refused !== undefined) return refused
      const taken = await store.take(key, budget)
      if (!taken.allowed) keep(key, taken)
      return taken
    },
  }
}
