import { describe, expect, test } from '@jest/globals'
import { routeOf } from './route.js'

test.each([
  ['/polls/7/stream', { kind: 'stream', pollId: 7 }],
  ['/polls/9007199254740991/events?x=/polls/8/stream', { kind: 'events', pollId: Number.MAX_SAFE_INTEGER }],
])('%s is a stream', (url, route) => {
  expect(routeOf({ url, method: 'GET' })).toEqual(route)
})

describe('anything else is refused:', () => {
  test.each([
    ['GET', '/', 404, 'NOT_FOUND'],
    ['GET', '/polls/7', 404, 'NOT_FOUND'],
    ['GET', '/polls/7/stream/', 404, 'NOT_FOUND'],
    ['GET', '//polls/7/stream', 404, 'NOT_FOUND'],
    ['GET', '/polls/7/Stream', 404, 'NOT_FOUND'],
    ['GET', '/polls/0/stream', 404, 'POLL_NOT_FOUND'],
    ['GET', '/polls/07/stream', 404, 'POLL_NOT_FOUND'],
    ['GET', '/polls/-1/stream', 404, 'POLL_NOT_FOUND'],
    ['GET', '/polls/1e3/stream', 404, 'POLL_NOT_FOUND'],
    ['GET', '/polls/%31/stream', 404, 'POLL_NOT_FOUND'],
    ['GET', '/polls/9007199254740993/stream', 404, 'POLL_NOT_FOUND'],
    ['GET', '/polls/99999999999999999/stream', 404, 'POLL_NOT_FOUND'],
    ['POST', '/polls/7/stream', 405, 'METHOD_NOT_ALLOWED'],
    ['POST', '/polls/x/events', 405, 'METHOD_NOT_ALLOWED'],
    ['POST', '/polls', 404, 'NOT_FOUND'],
  ])('%s %s is %d %s', (method, url, status, reason) => {
    expect(() => routeOf({ url, method })).toThrow(expect.objectContaining({ status, reason }))
  })
})
