import { expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { connectRedis, disconnectRedis } from './connect-redis.js'

/** Nobody listens there. */
const NOBODY = { url: 'redis://127.0.0.1:1' }

test('a stop while Redis is away waits for nothing', async () => {
  const redis = connectRedis(NOBODY)
  await redis.connect().catch(() => undefined)
  await eventually(() => expect(redis.status).toBe('reconnecting'))

  await disconnectRedis(redis)

  expect(redis.status).not.toBe('ready')
})
