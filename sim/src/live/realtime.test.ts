import { expect, test } from '@jest/globals'
import { readConfig } from '@votestream/realtime/config.js'
import { BLOCKED_MS, RESYNC_INTERVAL_MS } from './realtime.js'

test('the simulated realtime has the defaults of the real one', () => {
  const config = readConfig({
    POLLS_ADDRESS: '127.0.0.1:1',
    VOTES_ADDRESS: '127.0.0.1:2',
    REDIS_URL: 'redis://127.0.0.1:3',
  })

  expect([config.resyncIntervalMs, config.blockedMs]).toEqual([RESYNC_INTERVAL_MS, BLOCKED_MS])
})
