import type { Ballot } from '../../domain/ballot.js'
import { partitionOf } from '../../domain/partition.js'
import type { Appended } from '../../domain/ports.js'
import { refused } from './refused.js'

/** DESIGN.md section 5: when the oldest waiter of a partition is older than this though the store answers, its ballots are shed. */
const MAX_WAIT_MS = 1_000

interface Deps {
  readonly partitions: number
  readonly oldestWaitMs: (partition: number) => number
  readonly append: (ballots: readonly Ballot[]) => Promise<readonly Appended[]>
}

/** Appends all ballots but those of partitions that do not move: whoever comes now would wait there in vain. */
export const appendOrShed = async (
  ballots: readonly Ballot[],
  { partitions, oldestWaitMs, append }: Deps,
): Promise<readonly Appended[]> => {
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  const stuck = new Set(all.filter((partition) => oldestWaitMs(partition) > MAX_WAIT_MS))
  if (stuck.size === 0) return append(ballots)
  const shed = ballots.map(({ pollId, ballotKey }) => stuck.has(partitionOf(pollId, ballotKey, partitions)))
  const appended = await append(ballots.filter((_, index) => !shed[index]))
  const rest = appended.values()
  return shed.map((isShed) => (isShed ? refused('OVERLOADED') : (rest.next().value ?? { status: 'unknown' })))
}
