import type { Clock, Scheduled } from '@votestream/runtime'

/** Knows whether the database answers: told by whoever talks to it, and asking by itself only while it is down. */
export interface HealthWatch {
  readonly healthy: boolean
  /** When the database answered last, by the clock's monotonic milliseconds. */
  readonly provenAtMs: number
  succeeded(): void
  failed(error: unknown): void
  stop(): void
}

export interface HealthWatchOptions {
  readonly clock: Clock
  /** Talks to the database and reports back through succeeded() or failed(). */
  readonly ask: () => Promise<unknown>
  readonly onUp: () => void
  readonly onDown: (error: unknown) => void
}

// Reconnecting is capped at 1 s everywhere, so that the mesh is whole again within 15 s of any single death.
const RECHECK_MS = 1_000

/** Watches one database; it is not healthy before it has answered once. */
export const healthWatch = ({ clock, ask, onUp, onDown }: HealthWatchOptions): HealthWatch => {
  let state: 'unknown' | 'up' | 'down' = 'unknown'
  let provenAtMs = -Infinity
  let stopped = false
  let next: Scheduled | undefined // also while asking

  const askIn = (ms: number): void => {
    if (next !== undefined) return
    next = clock.setTimeout(() => {
      void ask().finally(() => {
        next = undefined
        if (state !== 'up' && !stopped) askIn(RECHECK_MS)
      })
    }, ms)
  }

  return {
    get healthy() {
      return state === 'up'
    },
    get provenAtMs() {
      return provenAtMs
    },
    succeeded: () => {
      provenAtMs = clock.monotonicMs()
      if (state === 'up') return
      state = 'up'
      onUp()
    },
    failed: (error) => {
      if (stopped) return
      const before = state
      state = 'down'
      if (before !== 'down') onDown(error)
      // One lost connection is often only that (a failover, an administrator), so the first look is at once.
      askIn(before === 'up' ? 0 : RECHECK_MS)
    },
    stop: () => {
      stopped = true
      next?.cancel()
    },
  }
}
