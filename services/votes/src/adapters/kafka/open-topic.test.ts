import { expect, test } from '@jest/globals'
import { assertNothingLost } from './open-topic.js'

const at = (low: number, high: number, bookmark?: number) => () =>
  assertNothingLost(
    't',
    [
      { partition: 0, low: 0, high: 9 },
      { partition: 1, low, high },
    ],
    new Map(bookmark === undefined ? [] : [[1, bookmark]]),
  )

test.each([
  ['ends at its bookmark', at(0, 5, 5)],
  ['ends behind its bookmark', at(0, 6, 5)],
  ['has nothing folded that is known of', at(0, 0)],
])('a partition that %s has lost nothing', (_name, assert) => {
  expect(assert).not.toThrow()
})

test.each([
  [
    'no longer begins at its first record',
    at(1, 5, 5),
    /partition 1 begins at offset 1, its Genesis is gone/,
  ],
  [
    'ends before its bookmark',
    at(0, 4, 5),
    /partition 1 ends at offset 4, and everything before 5 was folded/,
  ],
  ['is empty though its Genesis was written', at(0, 0, 1), /partition 1 ends at offset 0/],
])('a partition that %s is lost', (_name, assert, why) => {
  expect(assert).toThrow(why)
  expect(assert).toThrow(expect.objectContaining({ reason: 'FOREIGN_LOG' }))
})
