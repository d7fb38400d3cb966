import { type Batcher, makeBatcher } from '@votestream/batcher'
import { unavailable } from '@votestream/errors'
import type { Clock } from '@votestream/runtime'
import type { VoteMeter, VotesService } from '../domain/ports.js'
import type { Outcome } from '../domain/vote.js'
import { makeRetryBudget } from './retry-budget.js'
import { type Cast, makeSendBallots } from './send-ballots.js'

/** A full queue drains in about a second. */
const RETRY_AFTER_MS = 1_000

interface Deps {
  readonly votes: Pick<VotesService, 'castVotes'>
  readonly meter: VoteMeter
  readonly clock: Clock
  readonly limits: {
    readonly maxInFlight: number
    readonly maxBatch: number
    readonly spacingMs: number
    readonly maxQueued: number
  }
}

/** Gathers votes into CastVotes calls; an item is refused with unavailable `OVERLOADED` only while it has not been sent. */
export const makeVoteBatcher = ({ votes, meter, clock, limits }: Deps): Batcher<Cast, Outcome> => {
  const shed = (reason: 'OVERLOADED' | 'EXPIRED') => () => {
    meter.shed(reason)
    return unavailable('OVERLOADED', 'Too many votes wait: retry.', { retryAfterMs: RETRY_AFTER_MS })
  }
  return makeBatcher({
    ...limits,
    send: makeSendBallots({ votes, retries: makeRetryBudget(), meter, clock }),
    clock,
    overloaded: shed('OVERLOADED'),
    expired: shed('EXPIRED'),
  })
}
