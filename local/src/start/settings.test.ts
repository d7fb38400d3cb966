import { expect, test } from '@jest/globals'
import { inRepository } from '../repository.js'
import { readLauncherSettings } from './settings.js'

test('the defaults serve this machine alone, and keep the state in the clone', () => {
  expect(readLauncherSettings({})).toEqual({
    port: 8080,
    host: '127.0.0.1',
    state: inRepository('.votestream/embedded'),
    shutdownGraceMs: 10_000,
  })
})

test('each way to run has a folder of its own below VOTESTREAM_STATE', () => {
  expect(readLauncherSettings({ VOTESTREAM_STATE: '/var/lib/x' }).state).toBe('/var/lib/x/embedded')
})

test('every bad variable is told at once', () => {
  const bad = { PORT: 'eighty', SHUTDOWN_GRACE_MS: '-1' }

  expect(() => readLauncherSettings(bad)).toThrow(
    expect.objectContaining({ exitCode: 78, message: expect.stringMatching(/PORT(.|\n)*SHUTDOWN_GRACE_MS/) }),
  )
})

test.each(['0x50', '70000', '-1', '80 80', '8080.5'])('PORT=%s is refused', (PORT) => {
  expect(() => readLauncherSettings({ PORT })).toThrow(/PORT/)
})
