import type { Clock } from '@votestream/runtime'
import type { Ballot, Position } from '../domain/ballot.js'
import type { VoteLog, VoteMeter } from '../domain/ports.js'
import type { Verdict } from '../domain/verdict.js'
import type { Refusal } from './admit-ballots.js'
import type { AppendDeps, AppendOutcome, Call } from './append-ballots.js'
import { makeAppendBallots } from './append-ballots.js'
import type { FinalPolls } from './final-polls.js'
import type { VerdictWaiters } from './verdict-waiters.js'
import { makeWakeUp } from './wake-up.js'

/**
 * How long the first message waits for verdicts after the append. A fold takes a few milliseconds; one slow partition must hold back
 * nobody else for longer than this (DESIGN.md section 1.3).
 */
export const FIRST_MESSAGE_WITHIN_MS = 25

/**
 * Where somebody has waited for so long, nothing will be decided within 25 ms either. With one of six partitions frozen the p99 of the votes
 * in the others was 1.4 to 3 times the normal while they shared this wait, on two busy cores.
 */
const STANDS_STILL_AFTER_MS = 250

export type BallotOutcome =
  | (Verdict & { readonly index: number })
  | ({ readonly status: 'refused'; readonly index: number } & Refusal)
  | { readonly status: 'pending' | 'unknown'; readonly index: number }

interface Deps extends AppendDeps {
  readonly log: Pick<VoteLog, 'durable'>
  readonly final: Pick<FinalPolls, 'suspect'>
  readonly waiters: VerdictWaiters
  /** True while it is known that nothing can be folded, so that no verdict will come soon. */
  readonly foldIsDown: () => boolean
  readonly meter: VoteMeter
  readonly clock: Clock
}

/**
 * Casts ballots and yields their outcomes as they become known: first what is decided within 25 ms of the append, or before, when the others
 * lie in partitions that stand still; then the rest. A ballot is counted once its fold is committed; asking twice with one vote id is asking once. Ends when every ballot has its final outcome, when
 * what is left is pending and the fold is down, or when the caller stops waiting: what was appended is then still folded.
 */
export const makeCastVotes = (deps: Deps) => {
  const appendBallots = makeAppendBallots(deps)

  return async function* castVotes(
    ballots: readonly Ballot[],
    call: Call,
  ): AsyncGenerator<readonly BallotOutcome[]> {
    deps.meter.received(ballots.length)
    using outcomes = new Outcomes(deps, ballots)
    const groups = appendBallots(ballots, call)
    groups.forEach((group) => void group.then(outcomes.take, outcomes.fail))
    await Promise.race([...groups.slice(0, 1), outcomes.failed])

    yield await outcomes.next(call.signal, deps.foldIsDown() ? 0 : FIRST_MESSAGE_WITHIN_MS)
    while (outcomes.undecided > 0 && !call.signal.aborted) {
      if (outcomes.isRestPending && deps.foldIsDown()) return
      const news = await outcomes.next(call.signal)
      if (news.length > 0) yield news
    }
  }
}

type OutcomesDeps = Pick<Deps, 'waiters' | 'log' | 'clock' | 'final'>

/** The outcomes of one call, as they come. */
class Outcomes implements Disposable {
  readonly failed: Promise<never>
  readonly fail: (error: Error) => void
  readonly #deps: OutcomesDeps
  readonly #ballots: readonly Ballot[]
  readonly #wakeUp = makeWakeUp()
  readonly #stopWaiting: (() => void)[] = []
  #news: BallotOutcome[] = []
  /** In the log, and not yet told to the caller as pending, by index. */
  readonly #unsaid = new Map<number, Position>()
  /** Ballots of which the log has not said yet what became of them. */
  #unanswered: number
  #disposed = false
  undecided: number

  constructor(deps: OutcomesDeps, ballots: readonly Ballot[]) {
    this.#deps = deps
    this.#ballots = ballots
    this.#unanswered = ballots.length
    this.undecided = ballots.length
    let reject: (error: Error) => void = () => undefined
    this.failed = new Promise((_resolve, fail) => (reject = fail))
    this.failed.catch(() => undefined) // told to whoever asks for the next outcomes
    this.fail = (error) => {
      reject(error)
      this.#wakeUp.raise()
    }
  }

  /** True when all that is undecided was told to the caller as pending. */
  get isRestPending(): boolean {
    return this.#deps.log.durable && this.#unanswered + this.#unsaid.size + this.#news.length === 0
  }

  readonly take = (appended: readonly AppendOutcome[]): void => {
    this.#unanswered -= appended.length
    for (const outcome of appended) {
      if (outcome.status !== 'appended') this.#decide(outcome)
      else if (!this.#disposed) this.#waitFor(outcome)
    }
    this.#wakeUp.raise()
  }

  /** What became known since the last time; waits at most `withinMs` for all that can be decided soon. Without a limit: for any news. */
  async next(callerGone: AbortSignal, withinMs?: number): Promise<readonly BallotOutcome[]> {
    const over = new AbortController()
    const timer =
      withinMs === undefined ? undefined : this.#deps.clock.setTimeout(() => over.abort(), withinMs)
    const enough = AbortSignal.any([callerGone, over.signal])
    const isEnough = (): boolean =>
      this.undecided === 0 || (withinMs === undefined ? this.#hasNews() : this.#standsStill())
    while (!isEnough() && !enough.aborted) await Promise.race([this.#wakeUp.raised(enough), this.failed])
    timer?.cancel()
    return this.#drain()
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    this.#stopWaiting.forEach((stop) => stop())
  }

  #hasNews(): boolean {
    return this.#news.length > 0 || (this.#deps.log.durable && this.#unsaid.size > 0)
  }

  /** True when nothing is left but what lies in partitions that do not move. */
  #standsStill(): boolean {
    const isStill = ({ partition }: Position): boolean =>
      this.#deps.waiters.oldestWaitMs(partition) > STANDS_STILL_AFTER_MS
    return this.#unanswered === 0 && [...this.#unsaid.values()].every(isStill)
  }

  #waitFor({ index, partition, offset }: { readonly index: number } & Position): void {
    const ballot = this.#ballots[index]
    if (!ballot) throw new Error('the log answered for a ballot that it was not given')
    this.#unsaid.set(index, { partition, offset })
    this.#stopWaiting.push(
      this.#deps.waiters.wait({ ...ballot, partition, offset }, (verdict) =>
        this.#decide({ ...verdict, index }),
      ),
    )
  }

  #decide(outcome: BallotOutcome): void {
    this.undecided--
    this.#unsaid.delete(outcome.index)
    this.#news.push(outcome)
    const { pollId } = this.#ballots[outcome.index] ?? {}
    if (pollId !== undefined && 'reason' in outcome && outcome.reason === 'POLL_CLOSED')
      this.#deps.final.suspect(pollId)
    this.#wakeUp.raise()
  }

  /** Only a log that outlives this process makes a ballot pending: otherwise it may still be lost. */
  #drain(): readonly BallotOutcome[] {
    const pending = this.#deps.log.durable ? [...this.#unsaid.keys()] : []
    this.#unsaid.clear()
    const news = [...this.#news, ...pending.map((index) => ({ status: 'pending' as const, index }))]
    this.#news = []
    return news
  }
}
