import { invalidArgument } from '@votestream/errors'
import type { Ballot__Output, Outcome, PollResults, VotesServiceDefinition } from '@votestream/proto'
import type { Handlers } from '@votestream/rpc'
import type { BallotOutcome } from '../../app/cast-votes.js'
import type { Ballot, PollClose } from '../../domain/ballot.js'
import type { Results, UnknownResults } from '../../domain/results.js'
import type { Verdict } from '../../domain/verdict.js'
import { uuidFromBytes } from './uuid-bytes.js'

/** A batch of 1,000 costs about 10 µs a ballot; a bigger one gains nothing and holds the others up. */
export const MAX_BALLOTS_PER_CALL = 1_000
/** An answer of 1,000 polls with 20 counts each stays below the 1 MiB of a message. */
export const MAX_POLLS_PER_CALL = 1_000

export interface UseCases {
  readonly castVotes: (
    ballots: readonly Ballot[],
    call: { deadlineAt: number; signal: AbortSignal },
  ) => AsyncIterable<readonly BallotOutcome[]>
  readonly getResults: (
    pollIds: readonly number[],
    call: { deadlineAt: number },
  ) => Promise<readonly (Results | UnknownResults)[]>
  readonly getVote: (pollId: number, voteId: string) => Promise<Verdict | { readonly status: 'pending' }>
  readonly closePoll: (
    close: PollClose,
    call: { deadlineAt: number; signal: AbortSignal },
  ) => Promise<boolean>
  readonly getStats: () => Promise<{ readonly totalVotes: number; readonly pollsWithVotes: number }>
}

/** Translates VotesService to the use cases. */
export const votesHandlers = (useCases: UseCases): Handlers<VotesServiceDefinition> => ({
  async *CastVotes({ ballots }, { deadlineAt, signal }) {
    assertAtMost(ballots.length, MAX_BALLOTS_PER_CALL, 'ballots')
    for await (const outcomes of useCases.castVotes(ballots.map(ballotFromProto), { deadlineAt, signal }))
      yield { outcomes: outcomes.map(outcomeToProto) }
  },
  async GetResults({ pollIds }, { deadlineAt }) {
    assertAtMost(pollIds.length, MAX_POLLS_PER_CALL, 'poll_ids')
    return { results: (await useCases.getResults(pollIds, { deadlineAt })).map(resultsToProto) }
  },
  async GetVote({ pollId, voteId }) {
    const verdict = await useCases.getVote(pollId, uuidFromBytes(voteId, 'vote_id'))
    const reason = verdict.status === 'rejected' ? verdict.reason : ''
    return { status: statusToProto[verdict.status], reason }
  },
  async ClosePoll({ pollId, closeId }, { deadlineAt, signal }) {
    assertPollId(pollId)
    const close = { pollId, closeId: uuidFromBytes(closeId, 'close_id') }
    return { final: await useCases.closePoll(close, { deadlineAt, signal }) }
  },
  GetStats: () => useCases.getStats(),
})

const assertAtMost = (count: number, limit: number, field: string): void => {
  if (count > limit)
    throw invalidArgument('INVALID_BODY', `at most ${limit} ${field} a call`, {
      details: [{ path: field, message: `at most ${limit} a call` }],
    })
}

/** What is no poll's id would lie in the log for ever. */
const assertPollId = (pollId: number): void => {
  if (Number.isSafeInteger(pollId) && pollId > 0) return
  const message = "must be a poll's id"
  throw invalidArgument('INVALID_BODY', `poll_id ${message}`, { details: [{ path: 'poll_id', message }] })
}

const ballotFromProto = (ballot: Ballot__Output, index: number): Ballot => ({
  pollId: ballot.pollId,
  ballotKey: uuidFromBytes(ballot.ballotKey, `ballots[${index}].ballot_key`),
  voteId: uuidFromBytes(ballot.voteId, `ballots[${index}].vote_id`),
  choice: ballot.choice,
  requestId: ballot.requestId,
  ...(ballot.expiresAtMs > 0 && { expiresAt: ballot.expiresAtMs }),
})

const statusToProto = {
  counted: 'OUTCOME_STATUS_COUNTED',
  pending: 'OUTCOME_STATUS_PENDING',
  rejected: 'OUTCOME_STATUS_REJECTED',
  refused: 'OUTCOME_STATUS_REFUSED',
  unknown: 'OUTCOME_STATUS_UNKNOWN',
} as const

const outcomeToProto = (outcome: BallotOutcome): Outcome => ({
  index: outcome.index,
  status: statusToProto[outcome.status],
  ...('reason' in outcome && { reason: outcome.reason }),
  ...('version' in outcome && { version: outcome.version }),
  ...('retryAfterMs' in outcome && { retryAfterMs: outcome.retryAfterMs }),
})

const pollStatusToProto = {
  open: 'POLL_STATUS_OPEN',
  closing: 'POLL_STATUS_CLOSING',
  closed: 'POLL_STATUS_CLOSED',
} as const

const resultsToProto = (results: Results | UnknownResults): PollResults => {
  if ('unknown' in results) return results
  const { pollId, version, counts, status, asOfUs, stale } = results
  return {
    ...{ pollId, version, counts: [...counts], status: pollStatusToProto[status], asOfUs },
    ...(stale !== undefined && { stale }),
  }
}
