import type { Clock, Logger } from '@votestream/runtime'
import type { RateLimitStore } from '../domain/ports.js'

/** Long enough that a frozen store costs next to nothing, short against what a new budget is worth. */
export const ASK_AGAIN_AFTER_MS = 1_000

interface Deps {
  /** Counts for all replicas; may reject. */
  readonly shared: RateLimitStore
  /** Counts in this process: with N replicas, a client has N budgets meanwhile; neither none nor any number. */
  readonly insurance: RateLimitStore
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly logger: Logger
}

export interface InsuredRateLimits extends RateLimitStore {
  /** True while it counts in the insurance. */
  readonly away: boolean
}

/**
 * Counts in the shared store while it answers. After its first failure it counts in the insurance at once, and asks the shared store again
 * on the side, once a second at most: no request waits for a store that is known to be away.
 */
export const insuredRateLimits = ({ shared, insurance, clock, logger }: Deps): InsuredRateLimits => {
  let away = false
  let askAgainAtMs = 0

  const leave = (error: unknown): void => {
    // Its message only: a client library may add what was sent, and that names addresses.
    const reason = error instanceof Error ? error.message : String(error)
    if (!away) logger.warn({ reason }, 'rate limits: counted in memory, the shared store is away')
    away = true
    askAgainAtMs = clock.monotonicMs() + ASK_AGAIN_AFTER_MS
  }
  const comeBack = (): void => {
    away = false
    logger.info('rate limits: the shared store is back')
  }
  /** By a request of its own, so that whatever a request needs is tried. */
  const askAgain = (): void => {
    if (clock.monotonicMs() < askAgainAtMs) return
    askAgainAtMs = Infinity
    shared.take('probe', { burst: 1, intervalMs: 1 }).then(comeBack, leave)
  }

  return {
    get away() {
      return away
    },
    async take(key, budget) {
      if (away) {
        askAgain()
        return insurance.take(key, budget)
      }
      try {
        return await shared.take(key, budget)
      } catch (error) {
        leave(error)
        return insurance.take(key, budget)
      }
    },
  }
}
