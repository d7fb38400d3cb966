import { createRequire } from 'node:module'

/** What kafkajs 2.2.4 keeps private and the patch needs. */
export interface RequestQueue {
  readonly pending: readonly unknown[]
  readonly throttledUntil: number
  scheduleCheckPendingRequests(): void
}

const require = createRequire(import.meta.url)
const { prototype } = require('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue }
const original = Object.getOwnPropertyDescriptor(prototype, 'scheduleCheckPendingRequests')?.value as (
  this: RequestQueue,
) => void

/**
 * Stops kafkajs from polling an empty queue: with any connection open it re-arms a timer of 1 ms for ever, which costs 3.6 to 7 % of a core in
 * an idle process, 0.6 % without (measured). Must run before the first connection; a second time changes nothing.
 */
export const patchRequestQueue = (): void => {
  prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests() {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return
    original.call(this)
  }
}
