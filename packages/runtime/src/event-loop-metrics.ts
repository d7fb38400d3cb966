import { performance } from 'node:perf_hooks'
import { Counter, type Registry } from 'prom-client'

const MS_PER_S = 1_000

/** Counts the seconds in which the event loop was not idle: their rate is the loop's utilisation, and near 1 everything waits. */
export const exposeEventLoop = (registry: Registry): void => {
  new Counter({
    name: 'votestream_event_loop_active_seconds_total',
    help: 'Seconds in which the event loop was not waiting for events',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(performance.eventLoopUtilization().active / MS_PER_S)
    },
  })
}
