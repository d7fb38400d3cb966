import { expect, test } from '@jest/globals'
import { aBallot } from '../../test/builders.js'
import { judgeAgainst } from './verdict.js'

const ballot = aBallot({ choice: 1 })

test('the same vote again is counted, at a version that includes it', () => {
  expect(judgeAgainst(ballot, { voteId: ballot.voteId, choice: 1, version: 7 })).toEqual({
    status: 'counted',
    version: 7,
  })
})

test('the same vote id with another choice is a reused key', () => {
  expect(judgeAgainst(ballot, { voteId: ballot.voteId, choice: 0, version: 7 })).toEqual({
    status: 'rejected',
    reason: 'IDEMPOTENCY_KEY_REUSED',
  })
})

test('another vote under a taken ballot key comes too late, whatever it chose', () => {
  expect(judgeAgainst(ballot, { voteId: aBallot().voteId, choice: 1, version: 7 })).toEqual({
    status: 'rejected',
    reason: 'ALREADY_VOTED',
  })
})
