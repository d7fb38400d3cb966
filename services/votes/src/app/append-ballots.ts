import type { Ballot } from '../domain/ballot.js'
import type { PollDefinitions, VoteMeter } from '../domain/ports.js'
import type { Admission, Refusal } from './admit-ballots.js'
import type { AppendOrJudge, AppendedOrJudged } from './final-polls.js'
import type { VotesInHand } from './votes-in-hand.js'

export interface Call {
  /** Epoch milliseconds; a ballot is not appended after it. */
  readonly deadlineAt: number
  /** Aborted when the caller is gone or the deadline has passed. */
  readonly signal: AbortSignal
}

/** A ballot and its place in the call. */
export interface IndexedBallot {
  readonly index: number
  readonly ballot: Ballot
}

export type AppendOutcome = { readonly index: number } & (
  AppendedOrJudged | ({ readonly status: 'refused' } & Refusal)
)

export interface AppendDeps {
  readonly definitions: Pick<PollDefinitions, 'knows'>
  readonly admit: (ballots: readonly Ballot[]) => Promise<readonly Admission[]>
  readonly appendOrJudge: AppendOrJudge
  readonly inHand: VotesInHand
  readonly meter: Pick<VoteMeter, 'refused' | 'appended'>
  readonly clock: { now(): number }
}

/** The caller hears nothing any more, or the time is up: certainly not recorded. */
const TOO_LATE: Refusal = { reason: 'UNAVAILABLE', retryAfterMs: 0 }

/**
 * Gives to the log what may be voted, unless its poll's results are final, and refuses the rest. Ballots of polls whose definition is known do not wait for those of unknown
 * polls: each group is one promise.
 */
export const makeAppendBallots = (deps: AppendDeps) => {
  const append = async (group: readonly IndexedBallot[], call: Call): Promise<readonly AppendOutcome[]> => {
    if (group.length === 0) return []
    using _taken = deps.inHand.take(group.map(({ ballot }) => ballot.voteId))
    const admissions = await deps.admit(group.map(({ ballot }) => ballot))
    const now = deps.clock.now()
    const isTooLate = ({ ballot: { expiresAt = Infinity } }: IndexedBallot): boolean =>
      call.signal.aborted || now >= Math.min(call.deadlineAt, expiresAt)
    const refusals = group.map((one, position) => (isTooLate(one) ? TOO_LATE : admissions[position]))
    const admitted = group.filter((_, position) => refusals[position] === undefined)
    const appended = admitted.length > 0 ? await deps.appendOrJudge(admitted.map(({ ballot }) => ballot)) : []
    const results = new Map(
      admitted.map((one, position) => [one, appended[position] ?? { status: 'unknown' as const }]),
    )
    const outcomes = group.map((one, position): AppendOutcome => {
      const refusal = refusals[position]
      if (refusal) return { index: one.index, status: 'refused', ...refusal }
      return { index: one.index, ...(results.get(one) ?? { status: 'unknown' }) }
    })
    count(outcomes, deps.meter)
    return outcomes
  }

  return (ballots: readonly Ballot[], call: Call): readonly Promise<readonly AppendOutcome[]>[] => {
    const indexed = ballots.map((ballot, index) => ({ index, ballot }))
    const isKnown = ({ ballot }: IndexedBallot): boolean => deps.definitions.knows(ballot.pollId)
    return [indexed.filter(isKnown), indexed.filter((one) => !isKnown(one))].map((group) =>
      append(group, call),
    )
  }
}

const count = (outcomes: readonly AppendOutcome[], meter: AppendDeps['meter']): void => {
  meter.appended(outcomes.filter(({ status }) => status === 'appended').length)
  for (const outcome of outcomes) if (outcome.status === 'refused') meter.refused(outcome.reason)
}
