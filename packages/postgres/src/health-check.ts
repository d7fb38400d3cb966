import type { Clock } from '@votestream/runtime'
import type { HealthWatch } from './health-watch.js'

/** An answer of this age still shows that the database is there; so a busy service never asks, and an idle one once a second at most. */
const PROOF_KEPT_MS = 1_000
/** A healthy database answers within a millisecond, and who asks how it is has little patience. */
const CHECK_TIMEOUT_MS = 1_000

export interface HealthCheckPorts {
  readonly health: HealthWatch
  readonly clock: Clock
  /** Whether a connection of the pool can be had at once. */
  readonly hasFreeConnection: () => boolean
  /** Asks over a connection of the pool; reports to `health`. */
  readonly ping: () => Promise<boolean>
  /** Asks over a connection of its own, so that nobody waits for the pool; reports to `health`. */
  readonly pingAside: () => Promise<boolean>
}

/** Says within a second whether the database answers now: a frozen one says nothing, so without a recent proof of life it is asked, once for all who want to know. */
export const makeHealthCheck = (ports: HealthCheckPorts): (() => Promise<boolean>) => {
  const { health, clock, hasFreeConnection, ping, pingAside } = ports

  const ask = async (): Promise<boolean> => {
    const over = new AbortController()
    const tooLate = clock.sleep(CHECK_TIMEOUT_MS, over.signal).then(
      () => false,
      () => false,
    )
    try {
      return await Promise.race([hasFreeConnection() ? ping() : pingAside(), tooLate])
    } finally {
      over.abort()
    }
  }
  let asking: Promise<boolean> | undefined

  return async () => {
    if (!health.healthy) return false // it is asked every second as it is
    if (clock.monotonicMs() - health.provenAtMs <= PROOF_KEPT_MS) return true
    return await (asking ??= ask().finally(() => (asking = undefined)))
  }
}
