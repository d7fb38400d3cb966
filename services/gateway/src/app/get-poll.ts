import { notFound } from '@votestream/errors'
import type { Clock } from '@votestream/runtime'
import type { Poll } from '../domain/poll.js'
import type { CacheMeter, PollsService } from '../domain/ports.js'
import { makeKeyedReads, type KeyedRead } from './keyed-reads.js'

/** Eighty polls of the largest kind, 11 KB each, fit into the 1 MiB of one answer. */
const POLLS_PER_CALL = 80

/** Reads a poll as it is now. Throws not_found `POLL_NOT_FOUND`. */
export const makeGetPoll = (deps: { polls: Pick<PollsService, 'getPolls'>; clock: Clock }): KeyedRead<Poll> =>
  makeKeyedReads({
    fetch: async (ids, call) =>
      (await deps.polls.getPolls(ids, call)).map((poll) => [poll.id, poll] as const),
    missing: () => notFound('POLL_NOT_FOUND', 'There is no such poll.'),
    maxBatch: POLLS_PER_CALL,
    clock: deps.clock,
  })

/** What of a poll never changes. */
export type PollText = Pick<Poll, 'id' | 'question' | 'options'>

/** 1 KB each, seldom 10: ten to a hundred MB at most. */
const MAX_KEPT = 10_000

/**
 * Reads a poll's text and keeps it, because text and existence never change; the one used longest ago gives way. That a poll does not
 * exist is never kept.
 */
export const makeGetPollText = (deps: {
  getPoll: KeyedRead<PollText>
  cache: CacheMeter
}): KeyedRead<PollText> => {
  const kept = new Map<number, PollText>()
  const keep = (text: PollText): void => {
    kept.delete(text.id)
    kept.set(text.id, text)
    const [oldest] = kept.keys()
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
  }
  return async (pollId, requestId) => {
    const known = kept.get(pollId)
    if (known === undefined) deps.cache.miss()
    else deps.cache.hit()
    const { id, question, options } = known ?? (await deps.getPoll(pollId, requestId))
    const text = known ?? { id, question, options }
    keep(text)
    return text
  }
}
