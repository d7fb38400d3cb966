import { expect, test } from '@jest/globals'
import { prefersAsync } from './prefers-async.js'

test.each([
  'respond-async',
  'Respond-Async',
  'respond-async, wait=10',
  'wait=10,respond-async',
  'return=minimal; x="a\\"b,", respond-async ;foo',
])('an answer at once is asked for by %j', (prefer) => {
  expect(prefersAsync(prefer)).toBe(true)
})

test.each([
  undefined,
  '',
  'wait=10',
  'respond-async-later',
  'x-respond-async',
  'x="a, respond-async, b"',
  'return=respond-async',
  'foo; respond-async',
])('and not by %j', (prefer) => {
  expect(prefersAsync(prefer)).toBe(false)
})
