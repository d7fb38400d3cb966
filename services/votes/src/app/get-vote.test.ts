import { expect, test } from '@jest/globals'
import { unavailable } from '@votestream/errors'
import type { Verdict } from '../domain/verdict.js'
import { makeGetVote } from './get-vote.js'
import { makeVotesInHand } from './votes-in-hand.js'

const ask = ({ held = Promise.resolve(false), verdict }: { held?: Promise<boolean>; verdict?: Verdict }) => {
  const inHand = makeVotesInHand()
  const log = { mayHold: () => held }
  const store = { findVerdict: () => Promise.resolve(verdict) }
  return { inHand, getVote: makeGetVote({ store, log, inHand }) }
}

test('a vote that this process has taken and not yet given to the log is pending', async () => {
  const { inHand, getVote } = ask({})
  const taken = inHand.take(['a vote'])

  expect(await getVote(1, 'a vote')).toEqual({ status: 'pending' })
  taken[Symbol.dispose]()
  await expect(getVote(1, 'a vote')).rejects.toMatchObject({ reason: 'VOTE_NOT_FOUND' })
})

test('a vote that the log may hold is pending, unless the store has its verdict', async () => {
  const counted: Verdict = { status: 'counted', version: 3 }

  expect(await ask({ held: Promise.resolve(true) }).getVote(1, 'a vote')).toEqual({ status: 'pending' })
  expect(await ask({ held: Promise.resolve(true), verdict: counted }).getVote(1, 'a vote')).toEqual(counted)
})

test('nothing is said of a vote while the log cannot tell, unless the store has its verdict', async () => {
  const closed = (): Promise<boolean> =>
    Promise.reject(unavailable('UNAVAILABLE', 'the log is not open here'))
  const counted: Verdict = { status: 'counted', version: 3 }

  await expect(ask({ held: closed() }).getVote(1, 'a vote')).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
  expect(await ask({ held: closed(), verdict: counted }).getVote(1, 'a vote')).toEqual(counted)
})
