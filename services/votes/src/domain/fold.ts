import type { LoggedBallot, LoggedClose } from './ballot.js'
import type { Results } from './results.js'
import type { Verdict } from './verdict.js'

/** A stretch of one partition, [from, next); offsets without a ballot (a Genesis) are part of it. */
export interface PartitionBatch {
  readonly partition: number
  readonly from: number
  readonly next: number
  /** In the order of their offsets. */
  readonly ballots: readonly LoggedBallot[]
  /** Where polls end within the stretch; missing for nowhere. */
  readonly closes?: readonly LoggedClose[] | undefined
}

export interface FoldedBatch extends PartitionBatch {
  /** One verdict for each ballot, in the same order. */
  readonly verdicts: readonly Verdict[]
}

/** A stretch that was left out because it does not start at the partition's bookmark: a replay, a gap or a zombie. */
export interface FencedBatch {
  readonly partition: number
  readonly bookmark: number
}

export interface Folded {
  readonly logId: string
  readonly batches: readonly FoldedBatch[]
  readonly fenced: readonly FencedBatch[]
  /** Partitions that were left out, wholly or from some ballot on, because somebody else holds their bookmarks: fold them again. */
  readonly busy: readonly number[]
  /** The new state of every poll that got votes or came nearer to its end. */
  readonly results: readonly Results[]
}

/**
 * Splits a fold in two at its middle ballot: the first part is folded before the second. Undefined when at most one ballot is left.
 */
export const halve = (
  batches: readonly PartitionBatch[],
): readonly [first: PartitionBatch[], second: PartitionBatch[]] | undefined => {
  const total = batches.reduce((sum, { ballots }) => sum + ballots.length, 0)
  if (total < 2) return undefined
  const first: PartitionBatch[] = []
  const second: PartitionBatch[] = []
  let room = Math.floor(total / 2)
  for (const batch of batches) {
    const cut = batch.ballots[room]
    if (room >= batch.ballots.length || !cut) first.push(batch)
    else if (room === 0) second.push(batch)
    else {
      // Ballots before `from` are folded again for their verdicts only: a bookmark never goes back for them.
      const border = Math.max(batch.from, cut.offset)
      first.push({
        ...{ ...batch, next: border, ballots: batch.ballots.slice(0, room) },
        closes: batch.closes?.filter(({ offset }) => offset < border),
      })
      second.push({
        ...{ ...batch, from: border, ballots: batch.ballots.slice(room) },
        closes: batch.closes?.filter(({ offset }) => offset >= border),
      })
    }
    room = Math.max(0, room - batch.ballots.length)
  }
  return [first, second]
}

/** The ballots of a stretch that lie behind the end of their poll. */
export const behindTheEnd = ({ ballots, closes = [] }: PartitionBatch): readonly LoggedBallot[] => {
  if (closes.length === 0) return []
  const ends = new Map<number, number>()
  for (const { pollId, offset } of closes) ends.set(pollId, Math.min(offset, ends.get(pollId) ?? Infinity))
  return ballots.filter(({ pollId, offset }) => offset > (ends.get(pollId) ?? Infinity))
}
