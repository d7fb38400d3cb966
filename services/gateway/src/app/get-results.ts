import { unavailable } from '@votestream/errors'
import type { Clock } from '@votestream/runtime'
import type { VotesService } from '../domain/ports.js'
import type { Results } from '../domain/results.js'
import type { PollText } from './get-poll.js'
import { makeKeyedReads, type KeyedRead } from './keyed-reads.js'

/** votes takes a thousand; a smaller answer holds the others up less. */
const POLLS_PER_CALL = 500
const RETRY_AFTER_MS = 1_000
/** Some hundred kilobytes: beyond them the poll that was asked for least recently is forgotten. */
const VERSIONS_KEPT = 10_000

export interface PollResults {
  readonly poll: PollText
  readonly results: Results
}

/** Reads a poll's results; a read includes every vote that was acknowledged before it began. Throws not_found `POLL_NOT_FOUND`, and
 * unavailable while the record is away and the live view has no copy of this poll. */
export const makeGetResults = (deps: {
  votes: Pick<VotesService, 'getResults'>
  getPollText: KeyedRead<PollText>
  clock: Clock
}): KeyedRead<PollResults> => {
  const isOlderThanSaid = rememberVersions()
  const read = makeKeyedReads({
    fetch: async (ids, call) =>
      (await deps.votes.getResults(ids, call))
        .filter((results) => !isOlderThanSaid(results))
        .map((results) => [results.pollId, results] as const),
    missing: () =>
      unavailable('UNAVAILABLE', 'The results cannot be read now: retry.', { retryAfterMs: RETRY_AFTER_MS }),
    maxBatch: POLLS_PER_CALL,
    clock: deps.clock,
  })
  return async (pollId, requestId) => {
    // First of all: votes does not know which polls exist.
    const poll = await deps.getPollText(pollId, requestId)
    return { poll, results: await read(pollId, requestId) }
  }
}

/** Knows the highest version that was said of each poll: a copy of the live view may lag behind it, and a version must not go back. */
const rememberVersions = () => {
  const said = new Map<number, number>()
  return ({ pollId, version, stale }: Results): boolean => {
    const highest = said.get(pollId) ?? 0
    if (stale && version < highest) return true
    said.delete(pollId)
    said.set(pollId, Math.max(version, highest))
    const [oldest] = said.keys()
    if (said.size > VERSIONS_KEPT && oldest !== undefined) said.delete(oldest)
    return false
  }
}
