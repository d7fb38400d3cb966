import type { LoggedBallot } from '@votestream/votes/domain/ballot.js'
import {
  behindTheEnd,
  type Folded,
  type FoldedBatch,
  type PartitionBatch,
} from '@votestream/votes/domain/fold.js'
import { judgeAgainst, type Verdict } from '@votestream/votes/domain/verdict.js'
import { rowKey, type ResultsRow, type VoteDatabase, type VoteRow, type Writes } from './vote-database.js'

/** The check constraint of votes.votes. */
const MAX_CHOICE = 19

export interface Statement {
  readonly folded: Folded
  readonly writes: Writes
}

export const isPoison = (batches: readonly PartitionBatch[]): boolean =>
  batches.some(({ ballots }) => ballots.some(({ choice, pollId }) => choice > MAX_CHOICE || pollId <= 0))

/** Which stretches start at their bookmarks, of those whose bookmarks this transaction has. */
export const admit = (
  database: VoteDatabase,
  batches: readonly PartitionBatch[],
  locked: ReadonlySet<number>,
): { readonly admitted: readonly PartitionBatch[] } & Pick<Folded, 'fenced' | 'busy'> => {
  const bookmarkOf = (partition: number): number => database.bookmarks.get(partition) ?? -1
  const has = batches.filter(({ partition }) => locked.has(partition))
  const isFenced = ({ partition, from }: PartitionBatch): boolean =>
    database.flaw !== 'no fence' && bookmarkOf(partition) !== from
  return {
    admitted: has.filter((batch) => !isFenced(batch)),
    fenced: has.filter(isFenced).map(({ partition }) => ({ partition, bookmark: bookmarkOf(partition) })),
    busy: batches.map(({ partition }) => partition).filter((partition) => !locked.has(partition)),
  }
}

/** The ballots behind the end of their poll. */
const tooLate = (database: VoteDatabase, admitted: readonly PartitionBatch[]): ReadonlySet<LoggedBallot> => {
  const hasEnded = ({ pollId, partition }: LoggedBallot): boolean =>
    database.rowOf(pollId).closed.includes(partition)
  return new Set(admitted.flatMap((batch) => [...behindTheEnd(batch), ...batch.ballots.filter(hasEnded)]))
}

/** The ballots in time whose keys are not taken: the first of each key, as PostgreSQL inserts them. */
export const newKeys = (
  database: VoteDatabase,
  admitted: readonly PartitionBatch[],
): ReadonlyMap<string, LoggedBallot> => {
  const fresh = new Map<string, LoggedBallot>()
  const late = tooLate(database, admitted)
  for (const ballot of admitted.flatMap(({ ballots }) => ballots)) {
    if (late.has(ballot)) continue
    const key = rowKey(ballot.pollId, ballot.ballotKey)
    if (!fresh.has(key) && (!database.votes.has(key) || database.flaw === 'counts twice'))
      fresh.set(key, ballot)
  }
  return fresh
}

/** What the fold's statements say and write, once every lock is had. */
export const foldStatement = (
  database: VoteDatabase,
  { admitted, fenced, busy }: ReturnType<typeof admit>,
): Statement => {
  const fresh = newKeys(database, admitted)
  const late = tooLate(database, admitted)
  const results = withEnds(database, tally(database, [...fresh.values()]), admitted)
  const versionOf = (pollId: number): number => results.get(pollId)?.version ?? database.versionOf(pollId)
  const rows = [...fresh.values()].map(({ pollId, ballotKey, voteId, choice }): VoteRow => ({
    ...{ pollId, ballotKey, voteId, choice },
    version: versionOf(pollId),
  }))
  const verdictOf = (ballot: LoggedBallot): Verdict => {
    const key = rowKey(ballot.pollId, ballot.ballotKey)
    const holder = fresh.get(key) ?? database.votes.get(key)
    const version = versionOf(ballot.pollId)
    if (holder === undefined && late.has(ballot)) return { status: 'rejected', reason: 'POLL_CLOSED' }
    return holder === undefined || holder === ballot
      ? { status: 'counted', version }
      : judgeAgainst(ballot, { ...holder, version })
  }
  const batches = admitted.map((batch): FoldedBatch => ({ ...batch, verdicts: batch.ballots.map(verdictOf) }))
  return {
    folded: { logId: database.log?.logId ?? '', batches, fenced, busy, results: statesOf(database, results) },
    writes: { moved: admitted, votes: rows, results, rejections: latecomersOf(batches), quarantined: [] },
  }
}

/** A record that the database refuses is set aside; its bookmark moves as after a fold. */
export const quarantineStatement = (
  database: VoteDatabase,
  admission: ReturnType<typeof admit>,
): Statement => {
  const { admitted, fenced, busy } = admission
  const verdict: Verdict = { status: 'rejected', reason: 'QUARANTINED' }
  const batches = admitted.map((batch) => ({ ...batch, verdicts: batch.ballots.map(() => verdict) }))
  const results = withEnds(database, new Map(), admitted)
  return {
    folded: { logId: database.log?.logId ?? '', batches, fenced, busy, results: statesOf(database, results) },
    writes: {
      ...{ moved: admitted, votes: [], results, rejections: [] },
      quarantined: admitted.flatMap(({ ballots }) => ballots),
    },
  }
}

const tally = (database: VoteDatabase, fresh: readonly LoggedBallot[]): Writes['results'] => {
  const results = new Map<number, ResultsRow>()
  for (const { pollId, choice } of fresh) {
    const { version, counts, closed } = results.get(pollId) ?? database.rowOf(pollId)
    const grown = Array.from({ length: Math.max(counts.length, choice + 1) }, (_, at) => counts[at] ?? 0)
    grown[choice] = (grown[choice] ?? 0) + 1
    results.set(pollId, { version: version + 1, counts: grown, closed })
  }
  return results
}

/** Each first and each last partition in which a poll ends raises its version. */
const withEnds = (
  database: VoteDatabase,
  results: Writes['results'],
  admitted: readonly PartitionBatch[],
): Writes['results'] => {
  const ended = new Map(results)
  for (const { pollId, partition } of admitted.flatMap(({ closes = [] }) => closes)) {
    const { version, counts, closed } = ended.get(pollId) ?? database.rowOf(pollId)
    if (closed.includes(partition)) continue
    const all = [...closed, partition].sort((a, b) => a - b)
    const changes = Number(closed.length === 0) + Number(database.statusOf(all) === 'closed')
    ended.set(pollId, { version: version + changes, counts, closed: all })
  }
  return ended
}

const statesOf = (database: VoteDatabase, results: Writes['results']): Folded['results'] =>
  [...results].map(([pollId, { version, counts, closed }]) => ({
    ...{ pollId, version, counts, status: database.statusOf(closed), asOfUs: database.nowUs },
  }))

const latecomersOf = (batches: readonly FoldedBatch[]): Writes['rejections'] =>
  batches.flatMap(({ ballots, verdicts }) =>
    ballots.flatMap(({ pollId, voteId }, index) => {
      const verdict = verdicts[index]
      const isLate = verdict?.status === 'rejected' && verdict.reason !== 'IDEMPOTENCY_KEY_REUSED'
      return isLate ? [[pollId, voteId, verdict.reason] as const] : []
    }),
  )
