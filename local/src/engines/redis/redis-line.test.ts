import { expect, test } from '@jest/globals'
import { redisLine } from './redis-line.js'

test('a notice is routine', () => {
  expect(redisLine('2207:M 23 Nov 2026 14:00:00.123 * Ready to accept connections tcp')).toEqual({
    level: 'debug',
    message: 'Ready to accept connections tcp',
  })
})

test('a warning is one', () => {
  const line = '2207:M 23 Nov 2026 14:00:00.123 # Could not create server TCP listening socket 127.0.0.1:1'

  expect(redisLine(line)).toMatchObject({
    level: 'warn',
    message: expect.stringContaining('Could not create'),
  })
})

test('advice for production is not', () => {
  expect(
    redisLine('7:C 23 Nov 2026 14:00:00.123 # WARNING Memory overcommit: set vm.overcommit_memory').level,
  ).toBe('debug')
})

test('any other line is passed on as it is', () => {
  expect(redisLine('=== BUG REPORT ===')).toEqual({ level: 'debug', message: '=== BUG REPORT ===' })
})
