import { describe, expect, test } from '@jest/globals'
import { newVoteId, voteIdOf } from './vote-id.js'

describe('the vote id of a key', () => {
  test('is the same for the same poll, voter and key', () => {
    expect(voteIdOf(1, undefined, 'key')).toBe(voteIdOf(1, undefined, 'key'))
  })

  test('never changes: another value would count retries across an upgrade twice', () => {
    expect(voteIdOf(1, undefined, 'key')).toBe('874f1e4b-f3ae-8df5-8da2-f5d9b97b3a96')
  })

  test.each([
    ['poll', voteIdOf(2, undefined, 'key')],
    ['voter', voteIdOf(1, 'voter', 'key')],
    ['key', voteIdOf(1, undefined, 'other')],
    ['split between poll and key', voteIdOf(11, undefined, 'key')],
  ])('differs with another %s', (_what, other) => {
    expect(other).not.toBe(voteIdOf(1, undefined, 'key'))
  })

  test('is a UUID of version 8', () => {
    expect(voteIdOf(1, undefined, 'key')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
  })
})

describe('a new vote id', () => {
  test('is a UUID of version 7 that starts with the time', () => {
    const id = newVoteId(Date.UTC(2026, 10, 23))

    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 10, 23))
  })

  test('is new each time', () => {
    expect(newVoteId(0)).not.toBe(newVoteId(0))
  })
})
