import { expect, test } from '@jest/globals'
import { ConfigError } from '@votestream/runtime'
import { readConfig } from './config.js'

test('only the database has to be named', () => {
  const config = readConfig({ DATABASE_URL: 'postgres://votestream_polls:secret@127.0.0.1/votestream' })

  expect(config).toEqual({
    host: '0.0.0.0',
    grpcPort: 50051,
    opsPort: 9090,
    drainDelayMs: 0,
    grpcTls: undefined,
    database: { url: 'postgres://votestream_polls:secret@127.0.0.1/votestream', ca: undefined },
    databasePoolSize: 4,
    redis: undefined,
  })
})

test('Redis is the bus when it is named', () => {
  const database = { DATABASE_URL: 'postgres://votestream_polls:secret@127.0.0.1/votestream' }

  const bare = readConfig({ ...database, REDIS_URL: 'redis://127.0.0.1' })
  const prefixed = readConfig({ ...database, REDIS_URL: 'rediss://redis:6380/2', REDIS_PREFIX: 'a:' })

  expect(bare.redis).toEqual({ url: 'redis://127.0.0.1', prefix: '' })
  expect(prefixed.redis).toEqual({ url: 'rediss://redis:6380/2', prefix: 'a:' })
})

test('every bad variable is told at once, and no secret', () => {
  const read = () =>
    readConfig({
      DATABASE_URL: 'mysql://root:hunter2@db',
      GRPC_PORT: '70000',
      REDIS_URL: 'http://:hunter2@redis',
    })

  expect(read).toThrow(ConfigError)
  expect(read).toThrow(/GRPC_PORT.*[^]*DATABASE_URL|DATABASE_URL.*[^]*GRPC_PORT/)
  expect(read).toThrow(/REDIS_URL/)
  expect(read).not.toThrow(/hunter2/)
})
