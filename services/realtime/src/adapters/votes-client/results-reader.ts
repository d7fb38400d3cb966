import type { PollResults__Output, VotesServiceDefinition } from '@votestream/proto'
import type { RpcClient } from '@votestream/rpc'
import type { ResultsReader } from '../../domain/ports.js'
import type { PollStatus } from '../../domain/results.js'
import { translated } from '../rpc-errors.js'

const statuses: Readonly<Record<PollResults__Output['status'], PollStatus>> = {
  POLL_STATUS_UNSPECIFIED: 'closed', // what this version does not know is a status in which a poll takes no votes
  POLL_STATUS_OPEN: 'open',
  POLL_STATUS_CLOSING: 'closing',
  POLL_STATUS_CLOSED: 'closed',
}

/** Results from the votes service. */
export const rpcResultsReader = (votes: Pick<RpcClient<VotesServiceDefinition>, 'call'>): ResultsReader => ({
  read: async (pollIds) => {
    const { results } = await translated(votes.call('GetResults', { pollIds: [...pollIds] }))
    const known = results.filter(({ unknown }) => !unknown)
    return known.map(({ pollId, version, counts, status, asOfUs, stale }) => ({
      pollId,
      version,
      counts,
      status: statuses[status],
      asOfUs,
      isCopy: stale,
    }))
  },
})
