import { expect, test } from '@jest/globals'
import { serverLine } from './server-line.js'

test.each([
  ['LOG:  database system is ready to accept connections', 'debug'],
  ['LOG:  database system was not properly shut down; automatic recovery in progress', 'warn'],
  ['WARNING:  out of paper', 'warn'],
  ['ERROR:  deadlock detected', 'error'],
  ['PANIC:  could not write', 'fatal'],
  ['something else', 'debug'],
])('"%s" is of level %s', (line, level) => {
  expect(serverLine(line).level).toBe(level)
})

test('the severity is not repeated in the message', () => {
  expect(serverLine('ERROR:  deadlock detected').message).toBe('deadlock detected')
})
