import { describe, expect, test } from '@jest/globals'
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
    realtime: [{ host: '::1', port: 8081 }],
    bus: { databaseUrl: required.BUS_DATABASE_URL },
    voteBatches: { maxInFlight: 4, maxBatch: 500, spacingMs: 4, maxQueued: 10_000 },
  })
})

test('0 requests a minute turns every limit off', () => {
  const config = readConfig({ ...required, RATE_LIMIT_PER_MINUTE: '0', RATE_LIMIT_STREAMS_PER_MINUTE: '5' })

  expect([config.requestsPerMinute, config.streamsPerMinute]).toEqual([0, 0])
})

test('realtime may have several replicas', () => {
  const { realtime } = readConfig({ ...required, REALTIME_ADDRESS: '127.0.0.1:1, realtime-2:8081,[::1]:3' })

  expect(realtime).toEqual([
    { host: '127.0.0.1', port: 1 },
    { host: 'realtime-2', port: 8081 },
    { host: '::1', port: 3 },
  ])
})

test.each(['realtime', 'a:1,b', '127.0.0.1:1,', 'dns:///realtime:8081', 'a:0'])(
  'realtime cannot be at %j',
  (list) => {
    expect(() => readConfig({ ...required, REALTIME_ADDRESS: list })).toThrow('REALTIME_ADDRESS')
  },
)

describe('the bus', () => {
  test('is on Redis where there is one, whatever else is set', () => {
    const redis = { REDIS_URL: 'rediss://u:secret@redis:6379/1', REDIS_PREFIX: 'test:' }

    expect(readConfig({ ...required, ...redis }).bus).toEqual({
      redis: { url: redis.REDIS_URL, prefix: 'test:' },
    })
    expect(readConfig({ ...required, REDIS_URL: 'redis://r', BUS_DATABASE_URL: undefined }).bus).toEqual({
      redis: { url: 'redis://r', prefix: '' },
    })
  })

  test('has to be somewhere', () => {
    const read = (): unknown => readConfig({ ...required, BUS_DATABASE_URL: '' })

    expect(read).toThrow(ConfigError)
    expect(read).toThrow(/REDIS_URL or BUS_DATABASE_URL/)
  })
})

test('every bad setting is told at once, and no secret with it', () => {
  const bad = {
    ...required,
    PORT: '70000',
    TRUSTED_PROXIES: '10.0.0.0/99',
    VOTE_BATCH_MAX: '0',
    BUS_DATABASE_URL: 'mysql://u:secret@db/x',
    REDIS_URL: 'http://u:secret@redis',
  }

  const read = (): unknown => readConfig(bad)

  expect(read).toThrow(ConfigError)
  for (const name of ['PORT', 'TRUSTED_PROXIES', 'VOTE_BATCH_MAX', 'BUS_DATABASE_URL', 'REDIS_URL'])
    expect(read).toThrow(name)
  expect(read).not.toThrow(/secret/)
})
