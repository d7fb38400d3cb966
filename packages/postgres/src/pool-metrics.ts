import { Gauge, Histogram, Counter, type Registry } from '@votestream/runtime'
import type pg from 'pg'

export interface PoolMetrics {
  observe(name: string, pool: pg.Pool): void
  readonly duration: Histogram<'pool' | 'statement'>
  readonly failures: Counter<'pool' | 'kind'>
}

// From a primary-key read on a warm cache up to the query timeout.
const DURATION_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

const metricsOf = new WeakMap<Registry, PoolMetrics>()

/** The registry's Postgres metrics; all pools of a process share them, told apart by the label `pool`. */
export const poolMetrics = (registry: Registry): PoolMetrics => {
  const known = metricsOf.get(registry)
  if (known !== undefined) return known
  const made = makePoolMetrics(registry)
  metricsOf.set(registry, made)
  return made
}

const makePoolMetrics = (registry: Registry): PoolMetrics => {
  const pools = new Map<string, pg.Pool>()
  const gauge = new Gauge({
    name: 'votestream_postgres_connections',
    help: 'Connections by state; waiting are callers without one',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect: () => {
      for (const [pool, { totalCount, idleCount, waitingCount }] of pools) {
        gauge.set({ pool, state: 'busy' }, totalCount - idleCount)
        gauge.set({ pool, state: 'idle' }, idleCount)
        gauge.set({ pool, state: 'waiting' }, waitingCount)
      }
    },
  })
  return {
    observe: (name, pool) => pools.set(name, pool),
    duration: new Histogram({
      name: 'votestream_postgres_statement_duration_seconds',
      help: 'Time of one statement, from having a connection to the last row',
      labelNames: ['pool', 'statement'],
      buckets: DURATION_BUCKETS_S,
      registers: [registry],
    }),
    failures: new Counter({
      name: 'votestream_postgres_failures_total',
      help: 'Failed statements; kind is unavailable, the class of a SQLSTATE, or client',
      labelNames: ['pool', 'kind'],
      registers: [registry],
    }),
  }
}
