import { toAppError } from '@votestream/errors'
import type { Ballot as BallotMessage, Outcome__Output, VotesServiceDefinition } from '@votestream/proto'
import { wasNeverSent, type RpcClient } from '@votestream/rpc'
import type { BallotOutcome, Call } from '../../domain/ports.js'
import type { Ballot, Outcome } from '../../domain/vote.js'
import { isTransportFailure, retryReason } from '../rpc-errors.js'
import { uuidBytes } from './uuid-bytes.js'

/** The largest choice that the wire can carry: a larger one would come out as a small one. No poll has that many options, so both are refused. */
const MAX_CHOICE = 2 ** 32 - 1
const DEFAULT_RETRY_MS = 1_000

/** Casts ballots over VotesService.CastVotes, and tells how the call failed as the outcome of what it left undecided: see the port. */
export async function* castVotes(
  client: Pick<RpcClient<VotesServiceDefinition>, 'stream'>,
  ballots: readonly Ballot[],
  call: Call,
): AsyncGenerator<readonly BallotOutcome[], void> {
  const undecided = new Set(ballots.keys())
  // In the durable log: that stays true however the call ends.
  const logged = new Set<number>()
  let heard = false
  let rest: BallotOutcome['outcome'] = { status: 'unknown' }
  try {
    const request = { ballots: ballots.map(ballotToProto) }
    for await (const message of client.stream('CastVotes', request, call)) {
      heard = true
      const outcomes = message.outcomes.map((told) => ({
        index: told.index,
        outcome: outcomeFromProto(told),
      }))
      for (const { index, outcome } of outcomes) {
        if (outcome.status === 'pending') logged.add(index)
        else undecided.delete(index)
      }
      yield outcomes
    }
  } catch (error) {
    rest = outcomeOfFailure(error, heard)
  }
  const last = (index: number) => (logged.has(index) ? ({ status: 'pending' } as const) : rest)
  if (undecided.size > 0) yield [...undecided].map((index) => ({ index, outcome: last(index) }))
}

const ballotToProto = ({
  pollId,
  ballotKey,
  voteId,
  choice,
  requestId,
  expiresAt,
}: Ballot): BallotMessage => ({
  pollId,
  ballotKey: uuidBytes(ballotKey),
  voteId: uuidBytes(voteId),
  choice: Math.min(choice, MAX_CHOICE),
  requestId,
  expiresAtMs: expiresAt,
})

const outcomeFromProto = ({ status, version, reason, retryAfterMs }: Outcome__Output): Outcome => {
  switch (status) {
    case 'OUTCOME_STATUS_COUNTED':
      return { status: 'counted', version }
    case 'OUTCOME_STATUS_PENDING':
      return { status: 'pending' }
    case 'OUTCOME_STATUS_REJECTED':
      return { status: 'rejected', reason }
    case 'OUTCOME_STATUS_REFUSED':
      return { status: 'refused', reason, retryAfterMs }
    case 'OUTCOME_STATUS_UNKNOWN':
    case 'OUTCOME_STATUS_UNSPECIFIED':
      return { status: 'unknown' }
  }
}

/**
 * A failed call certainly recorded nothing in two cases: it never left, or votes itself refused it before its first message. Anything else
 * may have been recorded, and where the connection broke, asking again may tell.
 */
const outcomeOfFailure = (failure: unknown, heard: boolean): BallotOutcome['outcome'] => {
  const error = toAppError(failure)
  const { retryAfterMs = DEFAULT_RETRY_MS } = error
  if (wasNeverSent(failure)) return { status: 'refused', reason: 'UNAVAILABLE', retryAfterMs }
  if (error.reason === 'UNREACHABLE') return { status: 'lost' }
  if (heard || isTransportFailure(error)) return { status: 'unknown' }
  if (error.code === 'unavailable' || error.code === 'resource_exhausted')
    return { status: 'refused', reason: retryReason(error), retryAfterMs }
  return { status: 'refused', reason: error.reason, retryAfterMs: 0 }
}
