import { expect, test } from '@jest/globals'
import { redisBus } from '@votestream/bus'
import { unavailable } from '@votestream/errors'
import { systemClock } from '@votestream/runtime'
import { aRegistry, eventually, silentLogger } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import { redisResultsCopies } from '../../src/adapters/redis/redis-results-copies.js'
import { makeGetResults } from '../../src/app/get-results.js'
import type { Results } from '../../src/domain/results.js'

const openBus = async (url: string) => {
  const bus = redisBus({
    ...{ url, prefix: `test-${randomUUID()}:`, listen: [] },
    ...{ logger: silentLogger, registry: aRegistry() },
  })
  await bus.start?.()
  return Object.assign(bus, { [Symbol.asyncDispose]: async () => bus.stop?.() })
}

const store = { readResults: () => Promise.reject(unavailable('DATABASE_UNAVAILABLE', 'down')) }
const call = () => ({ deadlineAt: Date.now() + 2_700 })

test('what was published can be read while the store is down, as stale; a poll that never was is unknown', async () => {
  await using bus = await openBus(process.env.VOTESTREAM_TEST_REDIS ?? '')
  const copies = redisResultsCopies(bus)
  const getResults = makeGetResults({ store, copies, storeIsDown: () => false, clock: systemClock })
  const results: Results = { pollId: 7, version: 3, counts: [1, 2], status: 'open', asOfUs: 1_000 }

  bus.publishResults([results])

  await eventually(async () =>
    expect(await getResults([7, 8], call())).toEqual([
      { ...results, stale: true },
      { pollId: 8, unknown: true },
    ]),
  )
})

test('is unavailable when Redis is down as well', async () => {
  await using bus = await openBus('redis://127.0.0.1:1')
  const copies = redisResultsCopies(bus)
  const getResults = makeGetResults({ store, copies, storeIsDown: () => true, clock: systemClock })

  await expect(getResults([7], call())).rejects.toMatchObject({ code: 'unavailable' })
})
