import type { Position } from '../domain/ballot.js'
import type { Folded } from '../domain/fold.js'
import type { Verdict } from '../domain/verdict.js'

type OnVerdict = (verdict: Verdict) => void

export interface VerdictWaiters {
  /** Calls back once, when the fold of this position is committed. The returned function stops waiting. */
  wait(position: Position, onVerdict: OnVerdict): () => void
  /** Tells the waiters of every stretch that was folded. */
  settle(folded: Folded): void
  readonly size: number
}

/** Waiters for verdicts, by partition and offset. */
export const makeVerdictWaiters = (): VerdictWaiters => {
  const partitions = new Map<number, Map<number, OnVerdict>>()

  const waitersOf = (partition: number): Map<number, OnVerdict> => {
    const known = partitions.get(partition)
    if (known) return known
    const fresh = new Map<number, OnVerdict>()
    partitions.set(partition, fresh)
    return fresh
  }

  return {
    wait({ partition, offset }, onVerdict) {
      const waiters = waitersOf(partition)
      waiters.set(offset, onVerdict)
      return () => void waiters.delete(offset)
    },
    settle({ batches }) {
      for (const { partition, ballots, verdicts } of batches) {
        const waiters = waitersOf(partition)
        ballots.forEach(({ offset }, index) => {
          const onVerdict = waiters.get(offset)
          const verdict = verdicts[index]
          waiters.delete(offset)
          if (onVerdict && verdict) onVerdict(verdict)
        })
      }
    },
    get size() {
      return [...partitions.values()].reduce((sum, waiters) => sum + waiters.size, 0)
    },
  }
}
