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
/** Who comes back so late has read the poll again; and the message's field ends at 49 days. */
const MAX_RETRY_MS = 24 * 60 * 60 * 1_000

const refusal = (reason: string, retryAfterMs = 0): Refusal => ({ reason, retryAfterMs })

const judge = (ballot: Ballot, definition: PollDefinition | undefined, now: number): Admission => {
  if (!definition) return refusal('POLL_NOT_FOUND')
  if (ballot.choice >= definition.optionCount) return refusal('CHOICE_OUT_OF_RANGE')
  const { opensAtMs = 0 } = definition
  return now < opensAtMs ? refusal('POLL_NOT_OPEN', Math.min(opensAtMs - now, MAX_RETRY_MS)) : undefined
}

/**
 * Judges ballots by their polls' definitions before they reach the log: POLL_NOT_FOUND, CHOICE_OUT_OF_RANGE, POLL_NOT_OPEN (yet), or UNAVAILABLE where
 * the definition cannot be had. Whether a poll is still open is decided by the log, not here.
 */
export const makeAdmitBallots =
  (definitions: PollDefinitions, clock: { now(): number }) =>
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
        return found && 'reason' in found ? found : judge(ballot, found, clock.now())
      }),
    )
  }
