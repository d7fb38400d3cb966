import { expect, test } from '@jest/globals'
import { engineEnv, inheritedEnv } from './inherited-env.js'

test('settings of the services reach them', () => {
  expect(inheritedEnv({ RATE_LIMIT_PER_MINUTE: '0', PATH: '/bin' })).toEqual({
    RATE_LIMIT_PER_MINUTE: '0',
    PATH: '/bin',
  })
})

test('what would steer database clients, and what belongs to npm or to the other way to run, does not', () => {
  const env = {
    PGSSLMODE: 'require',
    npm_config_x: '1',
    KAFKA_BROKERS: 'x:1',
    REDIS_URL: 'redis://x',
    VOTESTREAM_STATE: '/x',
  }

  expect(inheritedEnv(env)).toEqual({})
})

test('the settings of an engine reach its clients alone', () => {
  const env = { KAFKA_TOPIC: 'votes', REDIS_PREFIX: 'a:', PATH: '/bin' }

  expect(engineEnv(env, 'KAFKA')).toEqual({ KAFKA_TOPIC: 'votes' })
  expect(engineEnv(env, 'REDIS')).toEqual({ REDIS_PREFIX: 'a:' })
})
