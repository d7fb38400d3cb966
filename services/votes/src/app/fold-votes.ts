import { AppError } from '@votestream/errors'
import type { Clock } from '@votestream/runtime'
import type { Folded, PartitionBatch } from '../domain/fold.js'
import { halve } from '../domain/fold.js'
import type { Fold, ResultsPublisher, VoteMeter, VoteStore } from '../domain/ports.js'
import type { VerdictWaiters } from './verdict-waiters.js'

interface Deps {
  readonly store: Pick<VoteStore, 'fold' | 'quarantine'>
  readonly waiters: VerdictWaiters
  readonly publisher: ResultsPublisher
  readonly meter: VoteMeter
  readonly clock: Clock
}

const isPoison = (error: unknown): boolean => error instanceof AppError && error.reason === 'POISON_RECORD'

const merge = (first: Folded, second: Folded): Folded => ({
  batches: [...first.batches, ...second.batches],
  fenced: [...first.fenced, ...second.fenced],
  results: [...first.results, ...second.results],
})

/**
 * Folds what all partitions have pending in one transaction, then tells the waiters and publishes the new results. A record that the
 * store refuses is found by halving, set aside, and passed. Throws when nothing could be committed: the log then repeats the fold.
 */
export const makeFoldVotes = ({ store, waiters, publisher, meter, clock }: Deps): Fold => {
  const commit = async (batches: readonly PartitionBatch[]): Promise<Folded> => {
    const startedMs = clock.monotonicMs()
    const folded = await store.fold(batches)
    meter.folded(folded, (clock.monotonicMs() - startedMs) / 1000)
    waiters.settle(folded)
    if (folded.results.length > 0) publisher.publishResults(folded.results)
    return folded
  }

  const quarantine = async (batches: readonly PartitionBatch[], error: unknown): Promise<Folded> => {
    const poisoned = batches.find(({ ballots }) => ballots.length > 0)
    if (!poisoned) throw error
    const folded = await store.quarantine(poisoned, error)
    meter.quarantined()
    waiters.settle(folded)
    return folded
  }

  const fold = async (batches: readonly PartitionBatch[]): Promise<Folded> => {
    try {
      return await commit(batches)
    } catch (error) {
      if (!isPoison(error)) throw error
      const halves = halve(batches)
      if (!halves) return quarantine(batches, error)
      return merge(await fold(halves[0]), await fold(halves[1]))
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
