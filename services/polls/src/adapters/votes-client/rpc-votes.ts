import type { VotesServiceDefinition } from '@votestream/proto'
import type { RpcClient } from '@votestream/rpc'
import type { VotesOfPolls } from '../../domain/ports.js'

const uuidBytes = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')

/** The votes service. Throws what the call throws. */
export const rpcVotes = (votes: Pick<RpcClient<VotesServiceDefinition>, 'call'>): VotesOfPolls => ({
  async closePoll(pollId, closeId, timeoutMs) {
    const request = { pollId, closeId: uuidBytes(closeId) }
    return (await votes.call('ClosePoll', request, { timeoutMs })).final
  },
})
