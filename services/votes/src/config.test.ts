import { describe, expect, test } from '@jest/globals'
import { ConfigError } from '@votestream/runtime'
import { readConfig } from './config.js'

const required = {
  DATABASE_URL: 'postgres://votestream_votes:hunter2@db/votestream',
  POLLS_ADDRESS: 'dns:///polls:50051',
}
const full = { ...required, REDIS_URL: 'redis://redis', KAFKA_BROKERS: 'a:9092, b:9092' }

const complaintOf = (env: NodeJS.ProcessEnv): string => {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'none'
}

test('without Kafka this process is the log', () => {
  expect(readConfig(required)).toMatchObject({ kafka: undefined, redis: undefined, grpcTls: undefined })
})

test('Kafka is reached in the clear, as nobody in particular, unless more is said', () => {
  expect(readConfig(full).kafka).toEqual({ brokers: ['a:9092', 'b:9092'], topic: 'votes', partitions: 6 })
})

test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
  'votes proves who it is by %s',
  (mechanism) => {
    const sasl = {
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_SASL_PASSWORD: 'hunter2',
    }

    expect(readConfig({ ...full, ...sasl, KAFKA_TLS: 'true' }).kafka).toMatchObject({
      tls: {},
      sasl: { mechanism, username: 'me', password: 'hunter2' },
    })
  },
)

describe('what contradicts itself is refused, and told without a secret', () => {
  test.each([
    ['KAFKA_SASL_MECHANISM: must be one of', { KAFKA_SASL_MECHANISM: 'gssapi' }],
    ['KAFKA_SASL_USERNAME: is required with', { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'x' }],
    ['KAFKA_SASL_PASSWORD: is required with', { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'x' }],
    ['KAFKA_SASL_PASSWORD: is of no use without', { KAFKA_SASL_PASSWORD: 'hunter2' }],
    ['REDIS_URL: is required with KAFKA_BROKERS', { REDIS_URL: '' }],
    ['KAFKA_CA_FILE: must be the path of', { KAFKA_TLS: 'true', KAFKA_CA_FILE: '/nowhere' }],
    [
      'DATABASE_PASSWORD: DATABASE_URL must name',
      { DATABASE_URL: 'postgres://db/x', DATABASE_PASSWORD: 'hunter2' },
    ],
    ['REDIS_PASSWORD: is required', { REDIS_URL: 'redis://me@redis' }],
  ])('%s', (words, env) => {
    expect(complaintOf({ ...full, ...env })).toContain(words)
    expect(complaintOf({ ...full, ...env })).not.toContain('hunter2')
  })

  test('all of it at once', () => {
    const env = { ...full, REDIS_URL: 'redis://me@redis', KAFKA_SASL_MECHANISM: 'plain' }

    expect(complaintOf(env).split('\n')).toEqual([
      'bad settings:',
      '  KAFKA_SASL_USERNAME: is required with KAFKA_SASL_MECHANISM',
      '  KAFKA_SASL_PASSWORD: is required with KAFKA_SASL_MECHANISM',
      '  REDIS_PASSWORD: is required, because REDIS_URL names a user',
    ])
  })
})
