import type { Registry } from '@votestream/runtime'
import { Counter, Histogram } from 'prom-client'

/** From an idle call (0.5 ms) to the longest deadline. */
const DURATION_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 8]

/** Records one finished call. `code` is `ok` or an error code; `method` is `package.Service/Method`. */
export type RecordCall = (method: string, code: string, startedAtMs: number) => void

const labelNames = ['method', 'code'] as const

/** Makes votestream_rpc_{server,client}_handled_total and _duration_seconds, once for a registry however many servers or clients share it. */
export function callMetrics(side: 'server' | 'client', registry: Registry): RecordCall {
  const prefix = `votestream_rpc_${side}`
  const handled =
    (registry.getSingleMetric(`${prefix}_handled_total`) as Counter<'method' | 'code'> | undefined) ??
    new Counter({
      name: `${prefix}_handled_total`,
      help: `gRPC calls finished, ${side} side, by method and error code`,
      labelNames,
      registers: [registry],
    })
  const duration =
    (registry.getSingleMetric(`${prefix}_duration_seconds`) as Histogram<'method'> | undefined) ??
    new Histogram({
      name: `${prefix}_duration_seconds`,
      help: `Duration of gRPC calls, ${side} side, by method`,
      labelNames: ['method'] as const,
      buckets: DURATION_BUCKETS_S,
      registers: [registry],
    })
  return (method, code, startedAtMs) => {
    handled.inc({ method, code })
    duration.observe({ method }, (performance.now() - startedAtMs) / 1000)
  }
}

/** `package.Service/Method`, the label of a method. */
export const methodLabel = (path: string): string => path.slice(1)
