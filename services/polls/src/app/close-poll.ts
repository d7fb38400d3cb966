import { notFound, permissionDenied } from '@votestream/errors'
import type { Poll } from '../domain/poll.js'
import type { PollStore } from '../domain/ports.js'
import type { Closer } from './closer.js'
import type { ManageTokens } from './manage-tokens.js'

export type ClosePoll = (pollId: number, manageToken: string) => Promise<Poll>

interface Deps {
  readonly polls: Pick<PollStore, 'findByIds'>
  readonly tokens: Pick<ManageTokens, 'isOf'>
  readonly closer: Pick<Closer, 'close'>
}

/**
 * Closes a poll for its owner, for ever, and answers with it: closed, or closing when that takes longer; it is then finished without anybody's
 * asking. Throws not_found `POLL_NOT_FOUND`, permission_denied `MANAGE_TOKEN_WRONG`.
 */
export const makeClosePoll =
  ({ polls, tokens, closer }: Deps): ClosePoll =>
  async (pollId, manageToken) => {
    const find = async (): Promise<Poll> => {
      const [poll] = await polls.findByIds([pollId])
      if (poll === undefined) throw notFound('POLL_NOT_FOUND', 'there is no such poll')
      return poll
    }
    const poll = await find()
    if (!tokens.isOf(pollId, manageToken))
      throw permissionDenied('MANAGE_TOKEN_WRONG', 'this token is not that of the poll')
    if (poll.status === 'closed') return poll
    await closer.close(pollId)
    return find()
  }
