import type { Queryable } from '@votestream/postgres'
import type { Ballot, Position } from '../../domain/ballot.js'
import { behindTheEnd, type FencedBatch, type PartitionBatch } from '../../domain/fold.js'
import type { PollStatus, Results } from '../../domain/results.js'
import { FOLD } from './fold-statement.js'

interface FoldRow {
  readonly known: number
  readonly bookmarks: readonly (readonly [partition: number, next: number])[] | null
  readonly results:
    readonly (readonly [pollId: number, version: number, counts: number[], status: PollStatus])[] | null
  readonly inserted_keys: readonly (readonly [pollId: number, ballotKey: string])[] | null
  readonly ended: readonly (readonly [pollId: number, partition: number])[] | null
  readonly as_of_us: number
}

export interface FoldedRows {
  readonly fenced: readonly FencedBatch[]
  readonly busy: readonly number[]
  readonly results: readonly Results[]
  /** The keys whose votes are new, as `pollId/ballotKey`; undefined when every ballot's is that was not too late. */
  readonly insertedKeys: ReadonlySet<string> | undefined
  /** Those behind the end of their poll; undefined when there can be none. */
  readonly isTooLate: ((ballot: Ballot & Position) => boolean) | undefined
}

/** A log, as far as a fold has to know it. */
export interface FoldedLog {
  readonly logId: string
  readonly partitions: number
}

export const keyOf = (pollId: number, ballotKey: string): string => `${pollId}/${ballotKey}`

/**
 * Locks the bookmarks, counts the votes of the stretches that start at theirs, ends the polls that end there, and moves the bookmarks; within the
 * caller's transaction.
 */
export const foldBatches = async (
  db: Queryable,
  { logId, partitions }: FoldedLog,
  batches: readonly PartitionBatch[],
): Promise<FoldedRows> => {
  const late = new Set<Ballot>(batches.flatMap(behindTheEnd))
  const all = batches.flatMap((batch) => batch.ballots)
  const ballots = late.size === 0 ? all : all.filter((ballot) => !late.has(ballot))
  const closes = batches.flatMap((batch) => batch.closes ?? [])
  const { rows } = await db.query<FoldRow>({
    name: 'fold-batches',
    text: FOLD,
    values: [
      logId,
      batches.map(({ partition }) => partition),
      batches.map(({ from }) => from),
      batches.map(({ next }) => next),
      ballots.map(({ pollId }) => pollId),
      ballots.map(({ ballotKey }) => ballotKey),
      ballots.map(({ voteId }) => voteId),
      ballots.map(({ choice }) => choice),
      ballots.map(({ partition }) => partition),
      ballots.map(({ offset }) => offset),
      [...new Set([...ballots, ...closes].map(({ pollId }) => pollId))],
      closes.map(({ pollId }) => pollId),
      closes.map(({ partition }) => partition),
      partitions,
    ],
  })
  const row = rows[0]
  if (!row) throw new Error('the fold statement returned no row')
  if (row.known !== batches.length)
    throw new Error(`${batches.length - row.known} partitions have no bookmark`)
  return {
    ...leftOutOf(batches, new Map(row.bookmarks ?? [])),
    results: (row.results ?? []).map(([pollId, version, counts, status]) => ({
      ...{ pollId, version, counts, status },
      asOfUs: row.as_of_us,
    })),
    insertedKeys: row.inserted_keys
      ? new Set(row.inserted_keys.map(([poll, key]) => keyOf(poll, key)))
      : undefined,
    isTooLate: tooLateOf(late, row.ended ?? []),
  }
}

/** `ended`: where polls had ended before this fold. */
const tooLateOf = (
  late: ReadonlySet<Ballot>,
  ended: NonNullable<FoldRow['ended']>,
): FoldedRows['isTooLate'] => {
  if (late.size + ended.length === 0) return undefined
  const places = new Set(ended.map(([pollId, partition]) => `${pollId}/${partition}`))
  return (ballot) => late.has(ballot) || places.has(`${ballot.pollId}/${ballot.partition}`)
}

/** A bookmark that was not locked is held by somebody else. */
const leftOutOf = (
  batches: readonly PartitionBatch[],
  bookmarks: ReadonlyMap<number, number>,
): Pick<FoldedRows, 'fenced' | 'busy'> => ({
  busy: batches.map(({ partition }) => partition).filter((partition) => !bookmarks.has(partition)),
  fenced: batches.flatMap(({ partition, from }) => {
    const bookmark = bookmarks.get(partition) ?? from
    return bookmark === from ? [] : [{ partition, bookmark }]
  }),
})
