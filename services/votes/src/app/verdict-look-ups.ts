import type { Clock, Logger, Scheduled } from '@votestream/runtime'
import type { LoggedBallot } from '../domain/ballot.js'
import type { VoteStore } from '../domain/ports.js'
import type { Judgement, Verdict } from '../domain/verdict.js'

/** A fold and its message take some ten milliseconds; who has waited longer than this has probably missed them. */
export const LOOK_UP_AFTER_MS = 100
/** A thousand rows by their keys are read in a few milliseconds; a bigger query would hold the next one up. */
const BALLOTS_PER_QUERY = 1_000

interface Deps {
  readonly store: Pick<VoteStore, 'judge'>
  readonly clock: Clock
  readonly logger: Logger
  readonly onVerdict: (ballot: LoggedBallot, verdict: Verdict) => void
  /** Called once: asking again would not change it. */
  readonly onUnrecorded: (ballot: LoggedBallot) => void
}

/**
 * Asks the store about ballots whose verdict does not come: after 100 ms and then every 100 ms, many together, one query at a time. While
 * nobody waits there is no timer.
 */
export class VerdictLookUps {
  readonly #deps: Deps
  /** When each is to be asked about; the first to be due stands first, since everyone waits equally long. */
  readonly #dueMs = new Map<LoggedBallot, number>()
  readonly #urgent = new Set<LoggedBallot>()
  #running = false
  #failing = false
  #notBeforeMs = 0
  #timer: (Scheduled & { readonly dueMs: number }) | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  add(ballot: LoggedBallot): void {
    this.#dueMs.set(ballot, this.#nowMs() + LOOK_UP_AFTER_MS)
    this.#schedule()
  }

  /** Asks about these without waiting: they are known to be decided. */
  urge(ballots: readonly LoggedBallot[]): void {
    for (const ballot of ballots) {
      this.#dueMs.delete(ballot)
      this.#urgent.add(ballot)
    }
    this.#schedule()
  }

  remove(ballot: LoggedBallot): void {
    this.#forget(ballot)
    if (this.#dueMs.size + this.#urgent.size > 0) return
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #nowMs(): number {
    return this.#deps.clock.monotonicMs()
  }

  #forget(ballot: LoggedBallot): boolean {
    const wasUrgent = this.#urgent.delete(ballot)
    return this.#dueMs.delete(ballot) || wasUrgent
  }

  /** Undefined when nobody waits. */
  #nextMs(): number | undefined {
    if (this.#urgent.size > 0) return this.#failing ? this.#notBeforeMs : this.#nowMs()
    const [firstMs] = this.#dueMs.values()
    return firstMs === undefined ? undefined : Math.max(firstMs, this.#notBeforeMs)
  }

  #schedule(): void {
    const dueMs = this.#running ? undefined : this.#nextMs()
    if (dueMs === undefined || (this.#timer && this.#timer.dueMs <= dueMs)) return
    this.#timer?.cancel()
    const run = (): void => {
      this.#timer = undefined
      void this.#ask(this.#due())
    }
    const timer = this.#deps.clock.setTimeout(run, Math.max(0, dueMs - this.#nowMs()))
    this.#timer = { dueMs, cancel: () => timer.cancel() }
  }

  #due(): readonly LoggedBallot[] {
    const nowMs = this.#nowMs()
    const due = [...this.#urgent].slice(0, BALLOTS_PER_QUERY)
    for (const [ballot, dueMs] of this.#dueMs) {
      if (dueMs > nowMs || due.length === BALLOTS_PER_QUERY) break
      due.push(ballot)
    }
    return due
  }

  async #ask(ballots: readonly LoggedBallot[]): Promise<void> {
    if (ballots.length > 0) {
      this.#running = true
      this.#notBeforeMs = this.#nowMs() + LOOK_UP_AFTER_MS
      const judgements = await this.#judge(ballots)
      ballots.forEach((ballot, index) => this.#tell(ballot, judgements[index]))
      // More are due than fit into one query.
      if (judgements.length === BALLOTS_PER_QUERY) this.#notBeforeMs = 0
      this.#running = false
    }
    this.#schedule()
  }

  /** Empty when the store cannot be asked: the next query may find it back. */
  async #judge(ballots: readonly LoggedBallot[]): Promise<readonly Judgement[]> {
    try {
      const judgements = await this.#deps.store.judge(ballots)
      this.#failing = false
      return judgements
    } catch (error) {
      if (!this.#failing) this.#deps.logger.warn({ err: error }, 'verdicts cannot be looked up; trying again')
      this.#failing = true
      return []
    }
  }

  /** Who stopped waiting meanwhile is not told. */
  #tell(ballot: LoggedBallot, judgement: Judgement): void {
    if (!this.#forget(ballot)) return
    if (!judgement) this.#dueMs.set(ballot, this.#nowMs() + LOOK_UP_AFTER_MS)
    else if (judgement.status === 'unrecorded') this.#deps.onUnrecorded(ballot)
    else this.#deps.onVerdict(ballot, judgement)
  }
}
