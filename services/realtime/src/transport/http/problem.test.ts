import { expect, test } from '@jest/globals'
import { deadlineExceeded, notFound, unavailable } from '@votestream/errors'
import { Problem, problemOf } from './problem.js'

test('an error that may pass always says when to come back, in whole seconds', () => {
  expect(problemOf(unavailable('X', 'down', { retryAfterMs: 1_001 })).headers).toEqual({ 'Retry-After': '2' })
  expect(problemOf(deadlineExceeded('X', 'late')).headers).toEqual({ 'Retry-After': '1' })
  expect(problemOf(notFound('X', 'none')).headers).toEqual({})
})

test('a bug says nothing of its cause', () => {
  expect(problemOf(new TypeError('secret'))).toMatchObject({
    status: 500,
    reason: 'INTERNAL',
    message: 'internal error',
  })
})

test('a problem is itself', () => {
  const problem = new Problem(405, 'METHOD_NOT_ALLOWED', 'no', { Allow: 'GET' })

  expect(problemOf(problem)).toBe(problem)
})
