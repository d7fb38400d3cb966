import { expect, test } from '@jest/globals'
import { ConfigError } from '@votestream/runtime'
import { readConfig } from './config.js'

const MANAGE_SECRET = 'a secret of thirty-two characters'
const REQUIRED = {
  DATABASE_URL: 'postgres://votestream_polls:secret@127.0.0.1/votestream',
  VOTES_ADDRESS: '127.0.0.1:50052',
  MANAGE_SECRET,
}

test('only the database, votes and the secret have to be named', () => {
  const config = readConfig(REQUIRED)

  expect(config).toEqual({
    host: '0.0.0.0',
    grpcPort: 50051,
    opsPort: 9090,
    drainDelayMs: 0,
    grpcTls: undefined,
    database: { url: 'postgres://votestream_polls:secret@127.0.0.1/votestream', ca: undefined },
    databasePoolSize: 4,
    votesAddress: '127.0.0.1:50052',
    manageSecret: MANAGE_SECRET,
    redis: undefined,
  })
})

test('Redis is the bus when it is named', () => {
  const bare = readConfig({ ...REQUIRED, REDIS_URL: 'redis://127.0.0.1' })
  const prefixed = readConfig({ ...REQUIRED, REDIS_URL: 'rediss://redis:6380/2', REDIS_PREFIX: 'a:' })

  expect(bare.redis).toEqual({ url: 'redis://127.0.0.1', prefix: '' })
  expect(prefixed.redis).toEqual({ url: 'rediss://redis:6380/2', prefix: 'a:' })
})

test('every bad variable is told at once, and no secret', () => {
  const read = () =>
    readConfig({
      DATABASE_URL: 'mysql://root:hunter2@db',
      GRPC_PORT: '70000',
      REDIS_URL: 'http://:hunter2@redis',
      MANAGE_SECRET: 'hunter2',
    })

  expect(read).toThrow(ConfigError)
  expect(read).toThrow(/GRPC_PORT.*[^]*DATABASE_URL|DATABASE_URL.*[^]*GRPC_PORT/)
  expect(read).toThrow(/REDIS_URL/)
  expect(read).toThrow(/MANAGE_SECRET/)
  expect(read).toThrow(/VOTES_ADDRESS/)
  expect(read).not.toThrow(/hunter2/)
})
