import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { time } from './read-time.js'

const schema = z.object({ at: time() })
const read = (at: unknown): unknown => schema.safeParse({ at }).data?.at

test.each([
  ['2026-11-23T10:00:00Z', '2026-11-23T10:00:00.000Z'],
  ['2026-11-23T10:00:00.5z', '2026-11-23T10:00:00.500Z'],
  ['2028-02-29t23:59:59.123+05:30', '2028-02-29T18:29:59.123Z'],
  ['2026-11-23T00:30:00-11:00', '2026-11-23T11:30:00.000Z'],
])('%s is a time', (text, same) => {
  expect(read(text)).toBe(Date.parse(same) * 1_000)
})

test('null and nothing are none', () => {
  expect(schema.parse({ at: null })).toEqual({ at: null })
  expect(schema.parse({})).toEqual({})
})

test.each([
  ...['', 'tomorrow', '2026-11-23', '2026-11-23T10:00', '2026-11-23T10:00:00', '2026-11-23 10:00:00Z'],
  ...['2026-02-30T10:00:00Z', '2026-13-01T10:00:00Z', '2026-11-23T25:00:00Z', '2026-11-23T10:61:00Z'],
  ...['2026-11-23T10:00:00.1234Z', '2026-11-23T10:00:00+5', '1969-12-31T23:59:59Z', '+026-11-23T10:00:00Z'],
  ...[1764000000, true, {}, []],
])('%p is none', (value) => {
  const { success, error } = schema.safeParse({ at: value })

  expect(success).toBe(false)
  expect(error?.issues).toHaveLength(1)
})
