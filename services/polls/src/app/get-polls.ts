import { invalidArgument, resourceExhausted } from '@votestream/errors'
import type { Poll } from '../domain/poll.js'
import type { PollStore } from '../domain/ports.js'
import { MAX_ANSWER_BYTES, weightOf } from './answer-size.js'

/** Bounds one query; callers gather far fewer. */
const MAX_IDS = 1_000

export type GetPolls = (ids: readonly number[]) => Promise<readonly Poll[]>

/** Finds polls by id, in the order asked for, each once; an unknown id is left out. More than fits into one answer is resource_exhausted `ANSWER_TOO_LARGE`. */
export const makeGetPolls =
  ({ polls }: { polls: PollStore }): GetPolls =>
  async (ids) => {
    if (ids.length > MAX_IDS) throw invalidArgument('INVALID_QUERY', `at most ${MAX_IDS} ids a call`)
    // An id beyond 2^53 has lost its last digits on the way: no poll has it.
    const wanted = [...new Set(ids)].filter((id) => Number.isSafeInteger(id) && id > 0)
    const found = new Map((await polls.findByIds(wanted)).map((poll) => [poll.id, poll]))
    const answer = wanted.flatMap((id) => found.get(id) ?? [])
    if (answer.reduce((sum, poll) => sum + weightOf(poll), 0) > MAX_ANSWER_BYTES)
      throw resourceExhausted('ANSWER_TOO_LARGE', 'ask for fewer polls at a time')
    return answer
  }
