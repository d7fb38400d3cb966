import { expect, test } from '@jest/globals'
import { logRecords } from '@votestream/proto'
import { aBallot } from '../../../test/builders.js'
import { decodeRecord, encodeBallot, encodeGenesis } from './record-codec.js'

test('a ballot comes back as it was, at its position', () => {
  const ballot = aBallot({ pollId: 2 ** 53 - 1, choice: 19, requestId: 'a-request' })

  expect(decodeRecord(encodeBallot(ballot), 3, 17)).toEqual({
    ballot: { ...ballot, partition: 3, offset: 17 },
  })
})

test('a Genesis comes back as it was', () => {
  const genesis = { logId: '0191d2c4-0000-7000-8000-00000000002a', partitions: 6 }

  expect(decodeRecord(encodeGenesis(genesis), 0, 0)).toEqual({ genesis })
})

test.each([
  ['nothing', null],
  ['no event', Buffer.alloc(0)],
  ['rubbish', Buffer.from('not a record')],
  [
    'a key of 15 bytes',
    logRecords.serialize({ voteCast: { pollId: 1, ballotKey: Buffer.alloc(15), voteId: Buffer.alloc(16) } }),
  ],
  ['no vote id', logRecords.serialize({ voteCast: { pollId: 1, ballotKey: Buffer.alloc(16) } })],
  ['a Genesis without an id', logRecords.serialize({ genesis: { partitions: 6 } })],
])('%s is unknown', (_name, value) => {
  expect(decodeRecord(value, 0, 1)).toEqual({ unknown: true })
})
