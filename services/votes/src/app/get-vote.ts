import { notFound, toAppError } from '@votestream/errors'
import type { VoteLog, VoteStore } from '../domain/ports.js'
import type { Verdict } from '../domain/verdict.js'
import type { VotesInHand } from './votes-in-hand.js'

interface Deps {
  readonly store: Pick<VoteStore, 'findVerdict'>
  readonly log: Pick<VoteLog, 'mayHold'>
  readonly inHand: VotesInHand
}

/**
 * Says what became of a vote. Throws not_found `VOTE_NOT_FOUND` only when no such vote is in the log: first whoever may still hold it is
 * asked, then the store, so that a vote on its way from one to the other is seen; unavailable while the log cannot tell.
 */
export const makeGetVote =
  ({ store, log, inHand }: Deps) =>
  async (pollId: number, voteId: string): Promise<Verdict | { readonly status: 'pending' }> => {
    const held = inHand.holds(voteId) ? Promise.resolve(true) : log.mayHold(pollId, voteId)
    const [onItsWay] = await Promise.allSettled([held])
    const verdict = await store.findVerdict(pollId, voteId)
    if (verdict) return verdict
    if (onItsWay.status === 'rejected') throw toAppError(onItsWay.reason)
    if (onItsWay.value) return { status: 'pending' }
    throw notFound('VOTE_NOT_FOUND', `poll ${pollId} has no vote ${voteId}`)
  }
