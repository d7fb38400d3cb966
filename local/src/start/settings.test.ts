import { expect, test } from '@jest/globals'
import { inRepository } from '../repository.js'
import { readLauncherSettings } from './settings.js'

const EMBEDDED = { full: false }
const FULL = { full: true }

test('the defaults serve this machine alone, and keep the state in the clone', () => {
  expect(readLauncherSettings({}, EMBEDDED)).toEqual({
    port: 8080,
    host: '127.0.0.1',
    state: inRepository('.votestream/embedded'),
    shutdownGraceMs: 10_000,
    engines: undefined,
  })
})

test('each way to run has a folder of its own below VOTESTREAM_STATE', () => {
  const env = { VOTESTREAM_STATE: '/var/lib/x' }

  expect(readLauncherSettings(env, EMBEDDED).state).toBe('/var/lib/x/embedded')
  expect(readLauncherSettings(env, FULL).state).toBe('/var/lib/x/full')
})

test('every bad variable is told at once', () => {
  const bad = { PORT: 'eighty', SHUTDOWN_GRACE_MS: '-1' }

  expect(() => readLauncherSettings(bad, EMBEDDED)).toThrow(
    expect.objectContaining({ exitCode: 78, message: expect.stringMatching(/PORT(.|\n)*SHUTDOWN_GRACE_MS/) }),
  )
})

test.each(['0x50', '70000', '-1', '80 80', '8080.5'])('PORT=%s is refused', (PORT) => {
  expect(() => readLauncherSettings({ PORT }, EMBEDDED)).toThrow(/PORT/)
})

test('the full way runs its engines itself, unless it is told where some run', () => {
  const env = { KAFKA_BROKERS: 'one:9092, two:9092', REDIS_URL: 'rediss://:secret@cache' }

  expect(readLauncherSettings({ KAFKA_BROKERS: '' }, FULL).engines).toEqual({
    ...{ kafkaBrokers: undefined, kafkaTopic: 'votes', redisUrl: undefined },
  })
  expect(readLauncherSettings(env, FULL).engines).toEqual({
    ...{ kafkaBrokers: 'one:9092,two:9092', kafkaTopic: 'votes', redisUrl: 'rediss://:secret@cache' },
  })
})

test('bad variables of the engines are told to those who use them', () => {
  const bad = { PORT: 'eighty', KAFKA_BROKERS: 'nowhere', REDIS_URL: 'http://secret@cache' }

  expect(() => readLauncherSettings(bad, FULL)).toThrow(/PORT(.|\n)*KAFKA_BROKERS(.|\n)*REDIS_URL/)
  expect(() => readLauncherSettings(bad, FULL)).not.toThrow(/secret@/)
  expect(() => readLauncherSettings({ ...bad, PORT: '0' }, EMBEDDED)).not.toThrow()
})
