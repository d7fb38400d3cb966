import type { Clock, Logger } from '@votestream/runtime'
import type { LoggedBallot } from '../domain/ballot.js'
import type { Folded } from '../domain/fold.js'
import type { VoteMeter, VoteStore, WayToVerdict } from '../domain/ports.js'
import type { Progress } from '../domain/progress.js'
import type { Verdict } from '../domain/verdict.js'
import { VerdictLookUps } from './verdict-look-ups.js'
import { makeVerdictMemory } from './verdict-memory.js'
import type { VerdictMemory } from './verdict-memory.js'

type OnVerdict = (verdict: Verdict) => void

/** How to learn what other replicas decided. */
export interface SharedLog {
  readonly store: Pick<VoteStore, 'judge' | 'logId'>
  readonly logger: Logger
}

interface Deps {
  readonly clock: Clock
  readonly meter: Pick<VoteMeter, 'decided' | 'unrecorded'>
  /** Missing where this process folds the whole log by itself: then every verdict comes from its own folds. */
  readonly shared?: SharedLog | undefined
}

export interface VerdictWaiters {
  /** Calls back once, when the ballot's verdict is known; at once when it is already. The returned function stops waiting. */
  wait(ballot: LoggedBallot, onVerdict: OnVerdict): () => void
  /** Tells the waiters of every stretch that this process folded. */
  settle(folded: Folded): void
  /** Tells the waiters of a stretch that another replica folded; a message of another log is ignored. */
  heard(progress: Progress): void
  /** How long the oldest waiter of a partition has waited, in milliseconds; 0 when nobody waits. */
  oldestWaitMs(partition: number): number
  readonly size: number
}

/** Who waits for one ballot. */
interface Waiter {
  readonly ballot: LoggedBallot
  readonly onVerdict: OnVerdict
  readonly sinceMs: number
}

/** One partition: who waits there, the oldest first, and what was decided there last. */
interface Place {
  readonly waiters: Map<number, Waiter>
  readonly memory: VerdictMemory
}

/**
 * Waiters for verdicts, by partition and offset. A verdict comes from this process's own fold, or from what another replica says of its
 * fold, or is looked up; whichever is first. A lost or late message costs time and nothing else.
 */
export const makeVerdictWaiters = (deps: Deps): VerdictWaiters => new Waiters(deps)

class Waiters implements VerdictWaiters {
  readonly #deps: Deps
  readonly #lookUps: VerdictLookUps | undefined
  readonly #places = new Map<number, Place>()

  constructor(deps: Deps) {
    this.#deps = deps
    this.#lookUps = deps.shared && this.#lookUpsIn(deps.shared)
  }

  get size(): number {
    return [...this.#places.values()].reduce((sum, { waiters }) => sum + waiters.size, 0)
  }

  wait(ballot: LoggedBallot, onVerdict: OnVerdict): () => void {
    const { waiters, memory } = this.#placeOf(ballot.partition)
    const known = memory.recall(ballot)
    if (known?.verdict) {
      this.#deps.meter.decided(known.way)
      onVerdict(known.verdict)
      return () => undefined
    }
    const waiter = { ballot, onVerdict, sinceMs: this.#deps.clock.monotonicMs() }
    waiters.set(ballot.offset, waiter)
    this.#lookUps?.add(ballot)
    if (known) this.#lookUps?.urge([ballot])
    return () => {
      if (waiters.get(ballot.offset) === waiter) this.#take(ballot)
    }
  }

  settle({ batches }: Folded): void {
    for (const { partition, ballots, verdicts } of batches) {
      const { memory } = this.#placeOf(partition)
      ballots.forEach((ballot, index) => {
        const verdict = verdicts[index]
        if (verdict && !this.#decide(ballot, verdict, 'fold')) memory.remember(ballot, verdict)
      })
    }
  }

  heard(progress: Progress): void {
    const { shared } = this.#deps
    if (!shared || progress.logId !== shared.store.logId()) return
    const { waiters, memory } = this.#placeOf(progress.partition)
    const recall = memory.hear(progress)
    const unclear: LoggedBallot[] = []
    for (const { ballot } of [...waiters.values()]) {
      const known = recall(ballot)
      if (known?.verdict) this.#decide(ballot, known.verdict, known.way)
      else if (known) unclear.push(ballot)
    }
    this.#lookUps?.urge(unclear)
  }

  oldestWaitMs(partition: number): number {
    const [oldest] = this.#places.get(partition)?.waiters.values() ?? []
    return oldest ? this.#deps.clock.monotonicMs() - oldest.sinceMs : 0
  }

  #placeOf(partition: number): Place {
    const known = this.#places.get(partition)
    if (known) return known
    const fresh = { waiters: new Map<number, Waiter>(), memory: makeVerdictMemory() }
    this.#places.set(partition, fresh)
    return fresh
  }

  #take({ partition, offset }: LoggedBallot): Waiter | undefined {
    const { waiters } = this.#placeOf(partition)
    const waiter = waiters.get(offset)
    if (!waiter) return undefined
    waiters.delete(offset)
    this.#lookUps?.remove(waiter.ballot)
    return waiter
  }

  /** False when nobody waited. */
  #decide(ballot: LoggedBallot, verdict: Verdict, way: WayToVerdict): boolean {
    const waiter = this.#take(ballot)
    if (!waiter) return false
    this.#deps.meter.decided(way)
    waiter.onVerdict(verdict)
    return true
  }

  #lookUpsIn({ store, logger }: SharedLog): VerdictLookUps {
    const { clock, meter } = this.#deps
    return new VerdictLookUps({
      ...{ clock, store, logger },
      onVerdict: (ballot, verdict) => this.#decide(ballot, verdict, 'lookup'),
      onUnrecorded({ partition, offset, requestId }) {
        meter.unrecorded()
        logger.error({ partition, offset, requestId }, 'a ballot was folded and left no trace')
      },
    })
  }
}
