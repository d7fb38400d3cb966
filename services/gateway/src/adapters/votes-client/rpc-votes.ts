import type { PollResults__Output, VotesServiceDefinition } from '@votestream/proto'
import type { RpcClient } from '@votestream/rpc'
import type { VotesService } from '../../domain/ports.js'
import type { Results } from '../../domain/results.js'
import { pollStatusFromProto } from '../polls-client/poll-status.js'
import { readFailure, translated } from '../rpc-errors.js'
import { castVotes } from './cast-votes.js'
import { uuidBytes } from './uuid-bytes.js'

/** Speaks VotesService. */
export const rpcVotes = (client: RpcClient<VotesServiceDefinition>): VotesService => ({
  castVotes: (ballots, call) => castVotes(client, ballots, call),
  async getResults(pollIds, call) {
    const answer = client.call('GetResults', { pollIds: [...pollIds] }, call)
    return (await translated(answer, readFailure)).results
      .filter(({ unknown }) => !unknown)
      .map(resultsFromProto)
  },
  async getVote(pollId, voteId, call) {
    const answer = client.call('GetVote', { pollId, voteId: uuidBytes(voteId) }, call)
    const { status, reason } = await translated(answer, readFailure)
    if (status === 'OUTCOME_STATUS_REJECTED') return { status: 'rejected', reason }
    return { status: status === 'OUTCOME_STATUS_COUNTED' ? 'counted' : 'pending' }
  },
  countVotes: (call) => translated(client.call('GetStats', {}, call), readFailure),
})

const resultsFromProto = (results: PollResults__Output): Results => {
  const { pollId, version, counts, status, asOfUs, stale } = results
  return { pollId, version, counts, status: pollStatusFromProto(status), asOfUs, stale }
}
