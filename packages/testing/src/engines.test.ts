import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { testKafka, testRedis } from './engines.js'

const { env } = process
const before = { ...env }

beforeEach(() => {
  env.VOTESTREAM_TEST_REDIS = 'redis://127.0.0.1:1'
  env.VOTESTREAM_TEST_KAFKA = '127.0.0.1:2'
})

afterEach(() => {
  for (const name of ['VOTESTREAM_TEST_REDIS', 'VOTESTREAM_TEST_KAFKA']) {
    if (before[name] === undefined) Reflect.deleteProperty(env, name)
    else env[name] = before[name]
  }
})

test('everybody has a prefix of their own on the one Redis', () => {
  const [one, two] = [testRedis(), testRedis()]

  expect([one.url, two.url]).toEqual(['redis://127.0.0.1:1', 'redis://127.0.0.1:1'])
  expect(one.prefix).not.toBe(two.prefix)
})

test('everybody has a topic of their own on the one Kafka, named as Kafka allows', () => {
  const [one, two] = [testKafka(), testKafka()]

  expect([one.brokers, two.brokers]).toEqual(['127.0.0.1:2', '127.0.0.1:2'])
  expect(one.topic).not.toBe(two.topic)
  expect(one.topic).toMatch(/^[A-Za-z0-9._-]{1,249}$/)
})

test('a suite that was started without its engine is told how to start it', () => {
  Reflect.deleteProperty(env, 'VOTESTREAM_TEST_KAFKA')

  expect(() => testKafka()).toThrow('VOTESTREAM_TEST_KAFKA is not set: run the tests by `npm test`')
})
