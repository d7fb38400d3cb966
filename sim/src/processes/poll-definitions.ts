import { unavailable } from '@votestream/errors'
import { rpcPollDefinitions } from '@votestream/votes/adapters/polls-client/poll-definitions.js'
import type { PollDefinitions } from '@votestream/votes/domain/ports.js'
import type { SimProcess } from '../kernel/process.js'

export const OPTIONS = 3
/** polls never makes such a poll: its last options are what the database refuses. */
export const POISON_POLL = 9
export const POISON_CHOICE = 22
const POISON_OPTIONS = 24

const gone = (): Error => unavailable('UNREACHABLE', 'polls cannot be reached', { retryAfterMs: 1_000 })

/** The service of polls, as votes asks it. */
export const pollDefinitions = (process: SimProcess, polls: number): PollDefinitions => {
  const optionsOf = (id: number): number => (id === POISON_POLL ? POISON_OPTIONS : OPTIONS)
  const isPoll = (id: number): boolean => id === POISON_POLL || (id >= 1 && id <= polls)
  const call = (_method: string, { ids = [] }: { readonly ids?: readonly number[] }) =>
    process.exchange(
      'polls: get polls',
      () => ({
        polls: ids.filter(isPoll).map((id) => ({ id, options: Array.from({ length: optionsOf(id) }) })),
      }),
      gone,
    )
  const client = { call } as unknown as Parameters<typeof rpcPollDefinitions>[0]['polls']
  return rpcPollDefinitions({ polls: client, clock: process.clock })
}
