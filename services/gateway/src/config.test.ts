import { expect, test } from '@jest/globals'
import { ConfigError } from '@votestream/runtime'
import { readConfig } from './config.js'

const required = {
  POLLS_ADDRESS: '127.0.0.1:1',
  VOTES_ADDRESS: 'dns:///votes:50051',
  REALTIME_ADDRESS: '[::1]:8081',
  BUS_DATABASE_URL: 'postgres://votestream_bus:secret@db/votestream',
}

test('what is not set has a default that works', () => {
  expect(readConfig(required)).toMatchObject({
    host: '0.0.0.0',
    port: 8080,
    trustedProxies: [],
    requestsPerMinute: 100,
    streamsPerMinute: 1_000,
    realtime: { host: '::1', port: 8081 },
    voteBatches: { maxInFlight: 4, maxBatch: 500, spacingMs: 4, maxQueued: 10_000 },
  })
})

test('0 requests a minute turns every limit off', () => {
  const config = readConfig({ ...required, RATE_LIMIT_PER_MINUTE: '0', RATE_LIMIT_STREAMS_PER_MINUTE: '5' })

  expect([config.requestsPerMinute, config.streamsPerMinute]).toEqual([0, 0])
})

test('every bad setting is told at once, and no secret with it', () => {
  const bad = {
    ...required,
    PORT: '70000',
    TRUSTED_PROXIES: '10.0.0.0/99',
    VOTE_BATCH_MAX: '0',
    BUS_DATABASE_URL: 'mysql://u:secret@db/x',
  }

  const read = (): unknown => readConfig(bad)

  expect(read).toThrow(ConfigError)
  for (const name of ['PORT', 'TRUSTED_PROXIES', 'VOTE_BATCH_MAX', 'BUS_DATABASE_URL'])
    expect(read).toThrow(name)
  expect(read).not.toThrow(/secret/)
})
