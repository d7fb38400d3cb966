import type { Batch } from '@votestream/batcher'
import type { Clock } from '@votestream/runtime'
import type { VoteMeter, VotesService } from '../domain/ports.js'
import { decisiveRefusals, type Ballot, type Outcome } from '../domain/vote.js'
import type { RetryBudget } from './retry-budget.js'

/** A ballot on its way. */
export interface Cast {
  readonly ballot: Ballot
  /** Epoch milliseconds; its call ends by then. */
  readonly deadlineAt: number
  /** True once the durable log has it. */
  pending: boolean
  /** Called when the durable log has it, for who does not wait for more. */
  readonly onPending?: (() => void) | undefined
}

interface Deps {
  readonly votes: Pick<VotesService, 'castVotes'>
  readonly retries: RetryBudget
  readonly meter: Pick<VoteMeter, 'batchSent'>
  readonly clock: Pick<Clock, 'now' | 'setTimeout' | 'sleep'>
}

interface Indexed {
  readonly cast: Cast
  readonly index: number
}

/** Long enough for the balancer to see that a connection is gone, short against the budget of a call. */
const RETRY_AFTER_MS = 100

/**
 * A replica that appends says so within milliseconds. Calls to one that hangs would soon hold every slot, and votes for the others would be
 * shed behind them; so a silent call lends its slot out: W more calls in this time is all that it costs a votes that is slow as a whole.
 */
const SILENT_AFTER_MS = 400

/**
 * Carries one batch of ballots to votes and answers each as its outcome comes. The slot is free once votes has appended: with the first
 * outcomes, or when votes is silent for long. Ballots whose call broke are sent once more under the same vote ids, as far as the retry budget and their time go.
 */
export const makeSendBallots =
  ({ votes, retries, meter, clock }: Deps) =>
  async (casts: readonly Cast[], batch: Batch<Outcome>): Promise<void> => {
    const deadlineAt = Math.max(...casts.map((cast) => cast.deadlineAt))
    meter.batchSent(casts.length)
    retries.earn()
    const silence = clock.setTimeout(() => batch.freeSlot(), SILENT_AFTER_MS)

    const attempt = async (sent: readonly Indexed[], settle: Settle): Promise<readonly Indexed[]> => {
      const lost: Indexed[] = []
      const ballots = sent.map(({ cast }) => cast.ballot)
      const call = { timeoutMs: deadlineAt - clock.now(), ...requestIdOf(ballots) }
      for await (const outcomes of votes.castVotes(ballots, call)) {
        for (const { index, outcome } of outcomes) {
          const one = sent[index]
          if (one === undefined) continue
          if (outcome.status === 'lost') lost.push(one)
          else settle(one, outcome)
        }
        batch.freeSlot()
      }
      return lost
    }

    const settle: Settle = ({ cast, index }, outcome) => {
      if (outcome.status === 'pending') {
        cast.pending = true
        cast.onPending?.()
      } else batch.resolve(index, outcome.status === 'unknown' ? lastKnown(cast) : outcome)
    }
    // Whatever else refuses the second call says nothing about the first one.
    const settleRetry: Settle = (one, outcome) => {
      const says = outcome.status !== 'refused' || decisiveRefusals.has(outcome.reason)
      settle(one, says ? outcome : { status: 'unknown' })
    }

    try {
      const lost = (await attempt(withIndex(casts), settle)).filter(({ cast }) => !cast.pending)
      // Nobody says more of them: they do not wait for the others' second call.
      for (const { cast, index } of withIndex(casts)) if (cast.pending) batch.resolve(index, lastKnown(cast))
      if (lost.length > 0 && clock.now() + RETRY_AFTER_MS < deadlineAt && retries.spend()) {
        await clock.sleep(RETRY_AFTER_MS)
        await attempt(lost, settleRetry)
      }
    } finally {
      silence.cancel()
      // Whatever happened, what was sent may have been recorded.
      casts.forEach((cast, index) => batch.resolve(index, lastKnown(cast)))
    }
  }

type Settle = (one: Indexed, outcome: Outcome) => void

/** A batch goes under the id of its first request; votes logs each ballot under its own. */
const requestIdOf = ([first]: readonly Ballot[]): { requestId?: string } =>
  first === undefined ? {} : { requestId: first.requestId }

const withIndex = (casts: readonly Cast[]): readonly Indexed[] =>
  casts.map((cast, index) => ({ cast, index }))

/** A ballot that the log has is pending, whatever became of the call. */
const lastKnown = (cast: Cast): Outcome => ({ status: cast.pending ? 'pending' : 'unknown' })
