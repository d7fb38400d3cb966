import type { Call, MetricsSource, Readings } from '../domain/ports.js'
import type { Health } from './get-health.js'
import type { Stats } from './get-stats.js'

export interface Summary {
  readonly health: Health
  /** Null when nobody could count. */
  readonly stats: Stats | null
  readonly readings: Readings
}

interface Deps {
  readonly getHealth: () => Promise<Health>
  readonly getStats: (call: Call) => Promise<Stats>
  readonly metrics: Pick<MetricsSource, 'readings'>
}

/** No longer than the question after the health, which is asked at the same time. */
const STATS_WITHIN_MS = 800

/** Gathers what an operator wants to see at a glance; what cannot be had is left out, not waited for. */
export const makeSummarize =
  ({ getHealth, getStats, metrics }: Deps) =>
  async (requestId: string): Promise<Summary> => {
    const [health, stats, readings] = await Promise.all([
      getHealth(),
      getStats({ timeoutMs: STATS_WITHIN_MS, requestId }).catch(() => null),
      metrics.readings(),
    ])
    return { health, stats, readings }
  }
