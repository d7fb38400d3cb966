import type { Batcher } from '@votestream/batcher'
import {
  type AppError,
  deadlineExceeded,
  failedPrecondition,
  notFound,
  outOfRange,
  permissionDenied,
  toAppError,
  unavailable,
} from '@votestream/errors'
import type { Clock } from '@votestream/runtime'
import type { VoteMeter } from '../domain/ports.js'
import type { Outcome } from '../domain/vote.js'
import { ANSWER_WITHIN_MS, CALL_WITHIN_MS, SEND_WITHIN_MS } from './budgets.js'
import type { Cast } from './send-ballots.js'
import { newVoteId, voteIdOf } from './vote-id.js'

export interface VoteRequest {
  readonly pollId: number
  readonly choice: number
  readonly idempotencyKey: string | undefined
  readonly requestId: string
  /** Whether the answer comes as soon as the vote is in the durable log. */
  readonly respondAsync?: boolean
}

export interface CastVote {
  readonly voteId: string
  /** The version from which on the results include the vote; undefined while it is pending. */
  readonly version: number | undefined
}

/** Soon, for a vote that waits in a healthy log. */
const DEFAULT_RETRY_MS = 1_000

interface Deps {
  readonly batcher: Pick<Batcher<Cast, Outcome>, 'submit'>
  readonly meter: VoteMeter
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>
}

/**
 * Casts one vote and waits until it is counted, or at least in the durable log; with `respondAsync` no longer than that. With an idempotency key, casting again is asking again.
 * Throws AppErrors that carry the vote id: not_found `POLL_NOT_FOUND`, out_of_range `CHOICE_OUT_OF_RANGE` or `IDEMPOTENCY_KEY_REUSED`,
 * failed_precondition `ALREADY_VOTED` or `POLL_CLOSED`, permission_denied `POLL_NOT_OPEN` (certainly not recorded), unavailable `OVERLOADED` or `UNAVAILABLE` (certainly not recorded),
 * deadline_exceeded `OUTCOME_UNKNOWN`.
 */
export const makeCastVote =
  ({ batcher, meter, clock }: Deps) =>
  async (request: VoteRequest): Promise<CastVote> => {
    const { pollId, choice, idempotencyKey, requestId, respondAsync = false } = request
    const now = clock.now()
    const voteId = idempotencyKey === undefined ? newVoteId(now) : voteIdOf(pollId, undefined, idempotencyKey)
    const deadlineAt = now + CALL_WITHIN_MS
    const ballot = { pollId, voteId, ballotKey: voteId, choice, requestId, expiresAt: deadlineAt }

    meter.received()
    const outcome = await settle({ ballot, deadlineAt, respondAsync }, now + SEND_WITHIN_MS, {
      batcher,
      clock,
    })
    meter.answered(outcome.status, 'reason' in outcome ? outcome.reason : '')
    if (outcome.status === 'counted') return { voteId, version: outcome.version }
    if (outcome.status === 'pending') return { voteId, version: undefined }
    throw failureOf(outcome, voteId)
  }

type Sent = Pick<Cast, 'ballot' | 'deadlineAt'> & { readonly respondAsync: boolean }

/**
 * The outcome, or what is known when the time for an answer is up. That is not said earlier: whoever hears it may ask for the vote at once,
 * and by then its ballot has expired, so that "there is no such vote" stays true.
 */
const settle = (sent: Sent, sendBy: number, { batcher, clock }: Omit<Deps, 'meter'>): Promise<Outcome> =>
  new Promise((resolve) => {
    const done = (outcome: Outcome): void => {
      if (outcome.status === 'unknown') return
      timer.cancel()
      resolve(outcome)
    }
    const { ballot, deadlineAt, respondAsync } = sent
    const onPending = respondAsync ? () => done({ status: 'pending' }) : undefined
    const cast: Cast = { ballot, deadlineAt, pending: false, onPending }
    const timer = clock.setTimeout(
      () => resolve({ status: cast.pending ? 'pending' : 'unknown' }),
      ANSWER_WITHIN_MS,
    )
    batcher.submit(cast, { deadlineAt: sendBy }).then(done, (error: unknown) => done(refusalOf(error)))
  })

/** The batcher itself turned the item away: it was not sent. */
const refusalOf = (error: unknown): Outcome => {
  const { code, reason, retryAfterMs = DEFAULT_RETRY_MS } = toAppError(error)
  return code === 'unavailable' ? { status: 'refused', reason, retryAfterMs } : { status: 'unknown' }
}

type Failure = Exclude<Outcome, { readonly status: 'counted' | 'pending' }>

const failureOf = (failure: Failure, voteId: string): AppError => {
  if (failure.status === 'unknown')
    return deadlineExceeded(
      'OUTCOME_UNKNOWN',
      'The vote may have been recorded: retry with the same key, or ask for the vote id.',
      { voteId },
    )
  const known = Object.hasOwn(decisions, failure.reason) ? decisions[failure.reason] : undefined
  const retryAfterMs = failure.status === 'refused' ? failure.retryAfterMs : undefined
  if (known !== undefined) return known(failure.reason, voteId, retryAfterMs)
  if (failure.status === 'rejected')
    return failedPrecondition(failure.reason, 'The vote was rejected.', { voteId })
  return unavailable(
    failure.reason === 'OVERLOADED' ? 'OVERLOADED' : 'UNAVAILABLE',
    'The vote was not recorded: retry.',
    { voteId, retryAfterMs: failure.retryAfterMs || DEFAULT_RETRY_MS },
  )
}

/** Reasons that mean the same whoever gives them. */
const decisions: Readonly<
  Record<string, (reason: string, voteId: string, retryAfterMs: number | undefined) => AppError>
> = {
  POLL_NOT_FOUND: (reason, voteId) => notFound(reason, 'There is no such poll.', { voteId }),
  CHOICE_OUT_OF_RANGE: (reason, voteId) =>
    outOfRange(reason, 'The poll has no such option.', {
      voteId,
      details: [{ path: 'choice', message: 'must be the index of an option' }],
    }),
  POLL_NOT_OPEN: (reason, voteId, retryAfterMs) =>
    permissionDenied(reason, 'The poll takes no votes yet: nothing was recorded.', {
      voteId,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    }),
  POLL_CLOSED: (reason, voteId) =>
    failedPrecondition(reason, 'The poll takes no votes any more.', { voteId }),
  ALREADY_VOTED: (reason, voteId) =>
    failedPrecondition(reason, 'This voter has voted on the poll.', { voteId }),
  IDEMPOTENCY_KEY_REUSED: (reason, voteId) =>
    outOfRange(reason, 'This key came to this poll with another choice; the first vote stands.', { voteId }),
}
