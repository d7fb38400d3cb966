import { notFound } from '@votestream/errors'
import { CALL_WITHIN_MS } from '../../../app/budgets.js'
import type { Call } from '../../../domain/ports.js'
import type { VoteState } from '../../../domain/vote.js'
import { readPollId } from '../poll-id.js'
import type { Handler } from '../routes.js'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** GET /polls/{id}/votes/{vote_id}. */
export const makeGetVoteHandler =
  (getVote: (pollId: number, voteId: string, call: Call) => Promise<VoteState>): Handler =>
  async (exchange, id = '', vote = '') => {
    const pollId = readPollId(id)
    const voteId = vote.toLowerCase()
    if (!UUID.test(voteId)) throw notFound('VOTE_NOT_FOUND', 'There is no such vote.')
    const call = { timeoutMs: CALL_WITHIN_MS, requestId: exchange.requestId }
    const state = await getVote(pollId, voteId, call)
    return { status: 200, json: { ...state, vote_id: voteId, poll_id: pollId } }
  }
