import { expect, test } from '@jest/globals'
import { nextFlushAtMs } from './flush-pace.js'

test('quick flushes are 50 ms apart', () => {
  expect(nextFlushAtMs(1_000, 2, 1_002)).toBe(1_050)
})

test('a slow flush is followed by a rest as long as its last slice', () => {
  expect(nextFlushAtMs(1_000, 40, 1_040)).toBe(1_080)
})
