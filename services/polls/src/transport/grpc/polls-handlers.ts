import type { PollsServiceDefinition } from '@votestream/proto'
import type { Handlers } from '@votestream/rpc'
import type { ClosePoll } from '../../app/close-poll.js'
import type { CreatePoll } from '../../app/create-poll.js'
import type { GetPolls } from '../../app/get-polls.js'
import type { GetStats } from '../../app/get-stats.js'
import type { ListPolls } from '../../app/list-polls.js'
import type { ListThemes } from '../../app/list-themes.js'
import { pollToMessage, statusFromMessage } from './poll-message.js'

export interface UseCases {
  readonly createPoll: CreatePoll
  readonly getPolls: GetPolls
  readonly listPolls: ListPolls
  readonly listThemes: ListThemes
  readonly getStats: GetStats
  readonly closePoll: ClosePoll
  readonly manageTokenOf: (pollId: number) => string
}

/** Protobuf has no absent text or number: empty and 0 stand for it. */
const orUndefined = <T extends string | number>(value: T): T | undefined =>
  value === '' || value === 0 ? undefined : value

/** Translates PollsService to the use cases. */
export const pollsHandlers = (useCases: UseCases): Handlers<PollsServiceDefinition> => ({
  async CreatePoll({ question, theme, options, idempotencyKey, opensAtUs, closesAtUs }) {
    const times = { opensAtUs: orUndefined(opensAtUs) ?? null, closesAtUs: orUndefined(closesAtUs) ?? null }
    const asked = { question, options, theme: orUndefined(theme) ?? null, ...times }
    const poll = await useCases.createPoll(asked, orUndefined(idempotencyKey))
    return { poll: pollToMessage(poll), manageToken: useCases.manageTokenOf(poll.id) }
  },
  async ClosePoll({ pollId, manageToken }) {
    return { poll: pollToMessage(await useCases.closePoll(pollId, manageToken)) }
  },
  async GetPolls({ ids }) {
    return { polls: (await useCases.getPolls(ids)).map(pollToMessage) }
  },
  async ListPolls({ theme, status, limit, afterId }) {
    const page = await useCases.listPolls({
      theme: orUndefined(theme),
      status: statusFromMessage(status),
      limit: orUndefined(limit),
      afterId: orUndefined(afterId),
    })
    return { polls: page.polls.map(pollToMessage), nextAfterId: page.nextAfterId ?? 0 }
  },
  async ListThemes() {
    return { themes: [...(await useCases.listThemes())] }
  },
  GetStats: () => useCases.getStats(),
})
