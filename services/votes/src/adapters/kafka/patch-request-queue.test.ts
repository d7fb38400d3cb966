import { expect, test } from '@jest/globals'
import { createRequire } from 'node:module'
import { patchRequestQueue, type RequestQueue } from './patch-request-queue.js'

interface Timed extends RequestQueue {
  throttleCheckTimeoutId: NodeJS.Timeout | null
  throttledUntil: number
  pending: unknown[]
  destroy(): void
}

const { default: Queue } = {
  default: createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as new (
    options: object,
  ) => Timed,
}

const aQueue = (): Timed & Disposable => {
  patchRequestQueue()
  const logger = { debug: () => undefined }
  const queue = new Queue({
    maxInFlightRequests: null,
    requestTimeout: 1_000,
    clientId: 'c',
    broker: 'b',
    logger,
  })
  return Object.assign(queue, { [Symbol.dispose]: () => queue.destroy() })
}

test('an empty queue arms no timer', () => {
  using queue = aQueue()

  queue.scheduleCheckPendingRequests()

  expect(queue.throttleCheckTimeoutId).toBeNull()
})

test('a throttled queue is looked at again', () => {
  using queue = aQueue()
  queue.throttledUntil = Date.now() + 60_000

  queue.scheduleCheckPendingRequests()

  expect(queue.throttleCheckTimeoutId).not.toBeNull()
})

test('a queue with requests is looked at again', () => {
  using queue = aQueue()
  queue.pending = [{}]

  queue.scheduleCheckPendingRequests()

  expect(queue.throttleCheckTimeoutId).not.toBeNull()
})
