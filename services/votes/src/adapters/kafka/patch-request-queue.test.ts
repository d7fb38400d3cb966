import { expect, test } from '@jest/globals'
import { createRequire } from 'node:module'
import { patchRequestQueue, writingWhile, type RequestQueue } from './patch-request-queue.js'

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

test('a request is not written once it is too late, however long its client took to come to it', async () => {
  using queue = aQueue()
  let isLate = false
  const written: string[] = []
  const request = (correlationId: number) => ({
    entry: { correlationId, resolve: () => undefined, reject: () => undefined },
    expectResponse: true,
    sendRequest: () => written.push(`request ${correlationId}`),
  })
  const act = async (): Promise<void> => {
    queue.push(request(1))
    await Promise.resolve()
    isLate = true
    queue.push(request(2))
  }

  await expect(writingWhile(() => !isLate, act)).rejects.toThrow('too late')
  queue.push(request(3))

  expect(written).toEqual(['request 1', 'request 3'])
})
