import { toAppError } from '@votestream/errors'
import type { Poll__Output, PollsServiceDefinition } from '@votestream/proto'
import type { RpcClient } from '@votestream/rpc'
import type { Poll } from '../../domain/poll.js'
import type { PollsService } from '../../domain/ports.js'
import { changeFailure, readFailure, translated } from '../rpc-errors.js'
import { pollStatusFromProto, pollStatusToProto } from './poll-status.js'

/** Speaks PollsService. Protobuf has no absent text or number: empty and 0 stand for it. */
export const rpcPolls = (client: Pick<RpcClient<PollsServiceDefinition>, 'call'>): PollsService => ({
  async createPoll({ question, theme, options, opensAtUs, closesAtUs }, idempotencyKey = '', call) {
    const times = { opensAtUs: opensAtUs ?? 0, closesAtUs: closesAtUs ?? 0 }
    const request = { question, theme: theme ?? '', options: [...options], idempotencyKey, ...times }
    const created = await translated(client.call('CreatePoll', request, call), changeFailure)
    return { poll: pollOf(created), manageToken: created.manageToken }
  },
  async closePoll(pollId, manageToken, call) {
    // Closing twice is closing once: who does not hear the answer may ask again.
    return pollOf(await translated(client.call('ClosePoll', { pollId, manageToken }, call), readFailure))
  },
  async getPolls(ids, call) {
    const { polls } = await translated(client.call('GetPolls', { ids: [...ids] }, call), readFailure)
    return polls.map(pollFromProto)
  },
  async listPolls({ theme = '', status, limit, after = 0 }, call) {
    const request = { theme, status: pollStatusToProto(status), limit, afterId: after }
    const { polls, nextAfterId } = await translated(client.call('ListPolls', request, call), readFailure)
    return { polls: polls.map(pollFromProto), nextAfter: nextAfterId === 0 ? undefined : nextAfterId }
  },
  async listThemes(call) {
    return (await translated(client.call('ListThemes', {}, call), readFailure)).themes
  },
  async countPolls(call) {
    return (await translated(client.call('GetStats', {}, call), readFailure)).totalPolls
  },
})

const pollOf = ({ poll }: { readonly poll: Poll__Output | null }): Poll => {
  if (poll === null) throw toAppError(new Error('polls answered without a poll'))
  return pollFromProto(poll)
}

const orNull = (timeUs: number): number | null => (timeUs === 0 ? null : timeUs)

const pollFromProto = ({ id, question, theme, status, options, ...poll }: Poll__Output): Poll => ({
  ...{ id, question, options },
  theme: theme === '' ? null : theme,
  status: pollStatusFromProto(status),
  createdAtUs: poll.createdAtUs,
  opensAtUs: orNull(poll.opensAtUs),
  closesAtUs: orNull(poll.closesAtUs),
  closedAtUs: orNull(poll.closedAtUs),
})
