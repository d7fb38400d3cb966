import { Registry, collectDefaultMetrics } from 'prom-client'
import { exposeEventLoop } from './event-loop-metrics.js'

export { Counter, Gauge, Histogram, Registry } from 'prom-client'

// The default of 10 ms costs 0.5 % of a core in every idle process; a tenth of a second still shows a blocked loop.
const EVENT_LOOP_PRECISION_MS = 100

/** A service's own metrics: the process' defaults, and the label `service` on everything. */
export const createRegistry = (service: string): Registry => {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS })
  exposeEventLoop(registry)
  return registry
}
