import { describe, expect, test } from '@jest/globals'
import { assertJson } from './content-type.js'
import { etagOf, matchesEtag } from './etag.js'
import { readIdempotencyKey } from './idempotency-key.js'
import { readPollId } from './poll-id.js'

describe('Content-Type', () => {
  test.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json ;',
  ])('%j is JSON', (type) => {
    expect(() => assertJson({ 'content-type': type })).not.toThrow()
  })

  test.each([
    undefined,
    '',
    'text/plain',
    'application/problem+json',
    'application/json5',
    'application/json; charset=utf-7',
    'application/json; charset=iso-8859-1',
    'application/json; version=1',
    'application/json, text/plain',
    'application/x-www-form-urlencoded',
    `application/json;charset=utf-8${'\t'.repeat(16_000)}x`,
  ])('%j is not', (type) => {
    const headers = type === undefined ? {} : { 'content-type': type }

    expect(() => assertJson(headers)).toThrow(expect.objectContaining({ status: 415 }))
  })

  test('a coded body is not plain JSON', () => {
    const json = { 'content-type': 'application/json' }

    expect(() => assertJson({ ...json, 'content-encoding': 'identity' })).not.toThrow()
    expect(() => assertJson({ ...json, 'content-encoding': 'gzip' })).toThrow(
      expect.objectContaining({ status: 415 }),
    )
  })
})

describe('Idempotency-Key', () => {
  test.each(['a', '!~', '6f6c1c5e-0000-4000-8000-000000000000', 'x'.repeat(128)])('%j is a key', (key) => {
    expect(readIdempotencyKey(key)).toBe(key)
  })

  test('none is none', () => {
    expect(readIdempotencyKey(undefined)).toBeUndefined()
  })

  test.each(['', 'x'.repeat(129), 'a b', 'a, a', 'ä', 'a\tb', '\u007f'])('%j is refused', (key) => {
    expect(() => readIdempotencyKey(key)).toThrow(
      expect.objectContaining({ status: 400, reason: 'INVALID_IDEMPOTENCY_KEY' }),
    )
  })
})

describe('a poll id in a path', () => {
  test.each([
    ['1', 1],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%s', (segment, id) => {
    expect(readPollId(segment)).toBe(id)
  })

  test.each([
    '',
    '0',
    '01',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '%31',
    'abc',
    '12345678901234567',
    '9007199254740993',
    '१',
  ])('%j is no poll', (segment) => {
    expect(() => readPollId(segment)).toThrow(
      expect.objectContaining({ status: 404, reason: 'POLL_NOT_FOUND' }),
    )
  })
})

describe('If-None-Match', () => {
  test.each(['W/"17"', '"17"', '*', ' * ', '"1", W/"17"', 'W/"1",W/"17"', '"a,b","17"'])(
    '%j matches',
    (value) => {
      expect(matchesEtag(value, etagOf(17))).toBe(true)
    },
  )

  test.each([undefined, '', '17', 'W/17', '"1"', 'W/"170"', '"W/17"'])('%j does not', (value) => {
    expect(matchesEtag(value, etagOf(17))).toBe(false)
  })
})
