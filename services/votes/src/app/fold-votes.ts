import { AppError } from '@votestream/errors'
import type { Clock } from '@votestream/runtime'
import type { Folded, PartitionBatch } from '../domain/fold.js'
import { halve } from '../domain/fold.js'
import type { Fold, ProgressPublisher, ResultsPublisher, VoteMeter, VoteStore } from '../domain/ports.js'
import { progressOf } from './progress-of.js'
import type { VerdictWaiters } from './verdict-waiters.js'

interface Deps {
  readonly store: Pick<VoteStore, 'fold' | 'quarantine'>
  readonly waiters: VerdictWaiters
  readonly publisher: ResultsPublisher
  /** Missing where no other replica reads this log. */
  readonly progress?: ProgressPublisher | undefined
  readonly meter: VoteMeter
  readonly clock: Clock
}

const isPoison = (error: unknown): boolean => error instanceof AppError && error.reason === 'POISON_RECORD'

const merge = (first: Folded, second: Folded): Folded => ({
  logId: first.logId,
  batches: [...first.batches, ...second.batches],
  fenced: [...first.fenced, ...second.fenced],
  busy: [...first.busy, ...second.busy],
  results: [...first.results, ...second.results],
})

/** What may follow a first part: a partition that was left out there would only be left out again, behind a gap. */
const withoutLeftOut = (
  batches: readonly PartitionBatch[],
  { fenced, busy }: Folded,
): readonly PartitionBatch[] => {
  const leftOut = new Set([...fenced.map(({ partition }) => partition), ...busy])
  return batches.filter(({ partition }) => !leftOut.has(partition))
}

/**
 * Folds what all partitions have pending in one transaction, then tells the waiters, whoever watches the polls and the other replicas. A
 * record that the store refuses is found by halving, set aside, and passed. Throws when nothing could be committed: the log then repeats
 * the fold.
 */
export const makeFoldVotes = ({ store, waiters, publisher, progress, meter, clock }: Deps): Fold => {
  const tell = (folded: Folded): Folded => {
    waiters.settle(folded)
    if (folded.results.length > 0) publisher.publishResults(folded.results)
    if (progress) progressOf(folded).forEach((one) => progress.publishProgress(one))
    return folded
  }

  const commit = async (batches: readonly PartitionBatch[]): Promise<Folded> => {
    const startedMs = clock.monotonicMs()
    const folded = await store.fold(batches)
    meter.folded(folded, (clock.monotonicMs() - startedMs) / 1000)
    return tell(folded)
  }

  const quarantine = async (batches: readonly PartitionBatch[], error: unknown): Promise<Folded> => {
    const poisoned = batches.find(({ ballots }) => ballots.length > 0)
    if (!poisoned) throw error
    const folded = await store.quarantine(poisoned, error)
    if (folded.batches.length > 0) meter.quarantined()
    tell(folded)
    const rest = batches.filter((batch) => batch !== poisoned)
    return rest.length > 0 ? merge(folded, await commit(rest)) : folded
  }

  const fold = async (batches: readonly PartitionBatch[]): Promise<Folded> => {
    try {
      return await commit(batches)
    } catch (error) {
      if (!isPoison(error)) throw error
      const halves = halve(batches)
      if (!halves) return quarantine(batches, error)
      const first = await fold(halves[0])
      const rest = withoutLeftOut(halves[1], first)
      return rest.length > 0 ? merge(first, await fold(rest)) : first
    }
  }

  return async (batches) => {
    try {
      return await fold(batches)
    } catch (error) {
      meter.foldFailed()
      throw error
    }
  }
}
