import { expect, test } from '@jest/globals'
import { ConfigError } from '@votestream/runtime'
import { readConfig } from './config.js'

const required = {
  POLLS_ADDRESS: 'polls:50051',
  VOTES_ADDRESS: 'votes:50051,votes-2:50051',
  BUS_DATABASE_URL: 'postgres://votestream_bus:hunter2@db/votestream',
}

test('the defaults work', () => {
  expect(readConfig(required)).toMatchObject({
    port: 8081,
    opsPort: 9090,
    resyncIntervalMs: 4_000,
    drainMs: 1_000,
    allowedOrigins: [],
    trustedProxies: [],
  })
})

test('every bad variable is listed, and no secret', () => {
  const env = {
    ...required,
    BUS_DATABASE_URL: 'mysql://votestream_bus:hunter2@db/votestream',
    REDIS_URL: 'http://:hunter2@redis',
    VOTES_ADDRESS: '',
    ALLOWED_ORIGINS: 'https://vote.example/path',
    MAX_CONNECTIONS: '0',
  }

  for (const name of ['BUS_DATABASE_URL', 'REDIS_URL', 'VOTES_ADDRESS', 'ALLOWED_ORIGINS', 'MAX_CONNECTIONS'])
    expect(() => readConfig(env)).toThrow(`${name}:`)
  expect(() => readConfig(env)).not.toThrow('hunter2')
})

test('the bus is Redis when it is named, and PostgreSQL otherwise', () => {
  const databaseUrl = required.BUS_DATABASE_URL
  const redis = { ...required, REDIS_URL: 'redis://redis', REDIS_PREFIX: 'a:' }

  expect(readConfig(required).bus).toEqual({ databaseUrl })
  expect(readConfig(redis).bus).toEqual({ redis: { url: 'redis://redis', prefix: 'a:' } })
  expect(readConfig({ ...redis, REDIS_PREFIX: '' }).bus).toEqual({
    redis: { url: 'redis://redis', prefix: '' },
  })
})

test('without a bus it does not start', () => {
  const read = () => readConfig({ ...required, BUS_DATABASE_URL: undefined })

  expect(read).toThrow(ConfigError)
  expect(read).toThrow('REDIS_URL or BUS_DATABASE_URL')
})

test('origins are exactly what a browser names', () => {
  expect(
    readConfig({ ...required, ALLOWED_ORIGINS: 'https://a.example, http://localhost:5173' }).allowedOrigins,
  ).toEqual(['https://a.example', 'http://localhost:5173'])
})
