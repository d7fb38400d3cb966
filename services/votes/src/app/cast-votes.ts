import type { Clock } from '@votestream/runtime'
import type { Ballot } from '../domain/ballot.js'
import type { Appended, VoteLog, VoteMeter } from '../domain/ports.js'
import type { Verdict } from '../domain/verdict.js'
import type { Admission, Refusal } from './admit-ballots.js'
import type { VerdictWaiters } from './verdict-waiters.js'
import type { VotesInHand } from './votes-in-hand.js'

/**
 * How long the first message waits for verdicts after the append. A fold takes a few milliseconds; one slow partition must hold back
 * nobody else for longer than this (DESIGN.md section 1.3).
 */
export const FIRST_MESSAGE_WITHIN_MS = 25

export type BallotOutcome =
  | (Verdict & { readonly index: number })
  | ({ readonly status: 'refused'; readonly index: number } & Refusal)
  | { readonly status: 'pending' | 'unknown'; readonly index: number }

interface Deps {
  readonly admit: (ballots: readonly Ballot[]) => Promise<readonly Admission[]>
  readonly log: VoteLog
  readonly waiters: VerdictWaiters
  readonly inHand: VotesInHand
  readonly meter: VoteMeter
  readonly clock: Clock
}

interface Call {
  /** Epoch milliseconds; a ballot is not appended after it. */
  readonly deadlineAt: number
  /** Aborted when the caller is gone or the deadline has passed. */
  readonly signal: AbortSignal
}

/**
 * Casts ballots and yields their outcomes as they become known: first what is decided within 25 ms of the append, then the rest. A ballot
 * is counted once its fold is committed; asking twice with one vote id is asking once. Ends when every ballot has its final outcome, or
 * when the caller stops waiting: what was appended is then still folded.
 */
export const makeCastVotes = (deps: Deps) =>
  async function* castVotes(
    ballots: readonly Ballot[],
    call: Call,
  ): AsyncGenerator<readonly BallotOutcome[]> {
    deps.meter.received(ballots.length)
    const known: BallotOutcome[] = []
    const undecided = new Set<number>()
    const news = makeSignal()
    const stopWaiting: (() => void)[] = []

    const decide = (outcome: BallotOutcome): void => {
      undecided.delete(outcome.index)
      known.push(outcome)
      news.raise()
    }
    try {
      for (const { index, appended } of await appendAdmitted(deps, ballots, call, decide)) {
        if (appended.status !== 'appended') continue
        undecided.add(index)
        stopWaiting.push(deps.waiters.wait(appended, (verdict) => decide({ ...verdict, index })))
      }
      await untilDecided(deps.clock, undecided, news, call.signal)
      if (deps.log.durable) for (const index of undecided) known.push({ status: 'pending', index })
      yield known.splice(0)
      while (undecided.size > 0 && !call.signal.aborted) {
        await news.raised(call.signal)
        if (known.length > 0) yield known.splice(0)
      }
    } finally {
      stopWaiting.forEach((stop) => stop())
    }
  }

/** Gives what may be voted to the log, and decides about the rest. */
const appendAdmitted = async (
  { admit, log, inHand, meter, clock }: Deps,
  ballots: readonly Ballot[],
  { deadlineAt }: Call,
  decide: (outcome: BallotOutcome) => void,
): Promise<readonly { readonly index: number; readonly appended: Appended }[]> => {
  using _taken = inHand.take(ballots.map(({ voteId }) => voteId))
  const refuse = (index: number, refusal: Refusal): void => {
    meter.refused(refusal.reason)
    decide({ status: 'refused', index, ...refusal })
  }
  const admissions = await admit(ballots)
  const tooLate = clock.now() >= deadlineAt
  const admitted: { index: number; ballot: Ballot }[] = []
  ballots.forEach((ballot, index) => {
    const admission = tooLate ? { reason: 'UNAVAILABLE', retryAfterMs: 0 } : admissions[index]
    if (admission) refuse(index, admission)
    else admitted.push({ index, ballot })
  })
  if (admitted.length === 0) return []

  const appended = await log.append(admitted.map(({ ballot }) => ballot))
  meter.appended(appended.filter(({ status }) => status === 'appended').length)
  return admitted.flatMap(({ index }, position) => {
    const result = appended[position] ?? { status: 'unknown' as const }
    if (result.status === 'refused') refuse(index, result)
    if (result.status === 'unknown') decide({ status: 'unknown', index })
    return result.status === 'appended' ? [{ index, appended: result }] : []
  })
}

/** Waits until nothing is undecided, at most FIRST_MESSAGE_WITHIN_MS. */
const untilDecided = async (
  clock: Clock,
  undecided: ReadonlySet<number>,
  news: NewsSignal,
  callerGone: AbortSignal,
): Promise<void> => {
  const over = new AbortController()
  const timer = clock.setTimeout(() => over.abort(), FIRST_MESSAGE_WITHIN_MS)
  const enough = AbortSignal.any([callerGone, over.signal])
  while (undecided.size > 0 && !enough.aborted) await news.raised(enough)
  timer.cancel()
}

interface NewsSignal {
  raise(): void
  /** Settles when the signal was raised since the last time it settled, or when the caller is gone. */
  raised(callerGone: AbortSignal): Promise<void>
}

const makeSignal = (): NewsSignal => {
  let pending = false
  let wake: (() => void) | undefined
  return {
    raise() {
      pending = true
      wake?.()
    },
    raised: (callerGone) =>
      new Promise((resolve) => {
        const finish = (): void => {
          callerGone.removeEventListener('abort', finish)
          wake = undefined
          pending = false
          resolve()
        }
        wake = finish
        callerGone.addEventListener('abort', finish)
        if (pending || callerGone.aborted) finish()
      }),
  }
}
