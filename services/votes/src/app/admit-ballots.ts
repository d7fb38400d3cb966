import { toAppError } from '@votestream/errors'
import type { Ballot } from '../domain/ballot.js'
import type { PollDefinition, PollDefinitions } from '../domain/ports.js'

/** Why a ballot was not given to the log; retryAfterMs 0 means that a retry is no use. */
export interface Refusal {
  readonly reason: string
  readonly retryAfterMs: number
}

/** Undefined when the ballot may go to the log. */
export type Admission = Refusal | undefined

const UNAVAILABLE_RETRY_MS = 1_000

const refusal = (reason: string, retryAfterMs = 0): Refusal => ({ reason, retryAfterMs })

const judge = (ballot: Ballot, definition: PollDefinition | undefined): Admission => {
  if (!definition) return refusal('POLL_NOT_FOUND')
  return ballot.choice < definition.optionCount ? undefined : refusal('CHOICE_OUT_OF_RANGE')
}

/**
 * Judges ballots by their polls' definitions before they reach the log: POLL_NOT_FOUND, CHOICE_OUT_OF_RANGE, or UNAVAILABLE where the
 * definition cannot be had. Whether a poll is still open is decided by the log, not here.
 */
export const makeAdmitBallots =
  (definitions: PollDefinitions) =>
  async (ballots: readonly Ballot[]): Promise<readonly Admission[]> => {
    const lookups = new Map<number, Promise<PollDefinition | undefined | Refusal>>()
    const lookUp = (pollId: number): Promise<PollDefinition | undefined | Refusal> => {
      const known = lookups.get(pollId)
      if (known) return known
      const lookup = definitions.find(pollId).catch((error: unknown) => {
        const { retryAfterMs = UNAVAILABLE_RETRY_MS } = toAppError(error)
        return refusal('UNAVAILABLE', retryAfterMs)
      })
      lookups.set(pollId, lookup)
      return lookup
    }
    return Promise.all(
      ballots.map(async (ballot) => {
        const found = await lookUp(ballot.pollId)
        return found && 'reason' in found ? found : judge(ballot, found)
      }),
    )
  }
