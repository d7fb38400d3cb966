import type { Clock } from './clock.js'
import type { Component } from './lifecycle.js'
import type { OpsServer } from './ops-server.js'

/** First of all at a stop, so last in the lifecycle: unready, then time for the endpoints to forget this replica. */
export const drain = (ops: Pick<OpsServer, 'setDraining'>, clock: Clock, delayMs: number): Component => ({
  stop: () => {
    ops.setDraining()
    return clock.sleep(delayMs)
  },
})
