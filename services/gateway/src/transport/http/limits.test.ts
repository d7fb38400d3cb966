import { expect, test } from '@jest/globals'
import { perMinute } from './limits.js'
import { prefersJson } from './prefers-json.js'
import { readRequestId } from './request-id.js'
import { readTarget } from './target.js'

test('so many requests a minute are a burst, and then one each part of the minute', () => {
  expect(perMinute(100)).toEqual({ burst: 100, intervalMs: 600 })
  expect(perMinute(0)).toBeUndefined()
})

test.each([
  ['application/json', true],
  ['Application/JSON; q=0.5', true],
  ['application/json, text/plain, */*', true],
  ['application/json;q=0.2, */*;q=0.1', true],
  [undefined, false],
  ['*/*', false],
  ['text/plain', false],
  ['application/*', false],
  ['text/plain, application/json;q=0.9', false],
  ['application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1', false],
])('Accept: %s prefers JSON: %s', (accept, prefers) => {
  expect(prefersJson(accept)).toBe(prefers)
})

test.each(['a', 'A-Z_0.9', 'x'.repeat(64)])('%s is a request id', (id) => {
  expect(readRequestId(id)).toBe(id)
})

test.each([undefined, '', 'x'.repeat(65), 'a b', 'a/b', 'a\nb', 'ä'])('%j is replaced by a new one', (id) => {
  expect(readRequestId(id)).toMatch(/^[0-9a-f-]{36}$/)
})

test.each([
  ['/polls', { path: '/polls', query: '' }],
  ['/polls?a=1?b', { path: '/polls', query: 'a=1?b' }],
  ['http://host:8080/polls?a', { path: '/polls', query: 'a' }],
  ['HTTPS://host', { path: '/', query: '' }],
  ['http://host?a', { path: '/', query: 'a' }],
  ['//host/polls', { path: '//host/polls', query: '' }],
  ['*', { path: '*', query: '' }],
])('the target %s', (url, target) => {
  expect(readTarget(url)).toEqual(target)
})
