import type { LoggedBallot } from '@votestream/votes/domain/ballot.js'
import type { Folded, FoldedBatch, PartitionBatch } from '@votestream/votes/domain/fold.js'
import { judgeAgainst, type Verdict } from '@votestream/votes/domain/verdict.js'
import { rowKey, type VoteDatabase, type VoteRow, type Writes } from './vote-database.js'

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

/** The ballots whose keys are not taken: the first of each key, as PostgreSQL inserts them. */
export const newKeys = (
  database: VoteDatabase,
  admitted: readonly PartitionBatch[],
): ReadonlyMap<string, LoggedBallot> => {
  const fresh = new Map<string, LoggedBallot>()
  for (const ballot of admitted.flatMap(({ ballots }) => ballots)) {
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
  const results = tally(database, [...fresh.values()])
  const versionOf = (pollId: number): number => results.get(pollId)?.version ?? database.versionOf(pollId)
  const rows = [...fresh.values()].map(({ pollId, ballotKey, voteId, choice }): VoteRow => ({
    ...{ pollId, ballotKey, voteId, choice },
    version: versionOf(pollId),
  }))
  const verdictOf = (ballot: LoggedBallot): Verdict => {
    const key = rowKey(ballot.pollId, ballot.ballotKey)
    const holder = fresh.get(key) ?? database.votes.get(key)
    const version = versionOf(ballot.pollId)
    return holder === undefined || holder === ballot
      ? { status: 'counted', version }
      : judgeAgainst(ballot, { ...holder, version })
  }
  const batches = admitted.map((batch): FoldedBatch => ({ ...batch, verdicts: batch.ballots.map(verdictOf) }))
  const nowUs = database.nowUs
  const states = [...results].map(([pollId, row]) => ({
    pollId,
    ...row,
    status: 'open' as const,
    asOfUs: nowUs,
  }))
  return {
    folded: { logId: database.log?.logId ?? '', batches, fenced, busy, results: states },
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
  return {
    folded: { logId: database.log?.logId ?? '', batches, fenced, busy, results: [] },
    writes: {
      ...{ moved: admitted, votes: [], results: new Map(), rejections: [] },
      quarantined: admitted.flatMap(({ ballots }) => ballots),
    },
  }
}

const tally = (database: VoteDatabase, fresh: readonly LoggedBallot[]): Writes['results'] => {
  const results = new Map<number, { version: number; counts: number[] }>()
  for (const { pollId, choice } of fresh) {
    const { version, counts } = results.get(pollId) ?? database.resultsOf(pollId)
    const grown = Array.from({ length: Math.max(counts.length, choice + 1) }, (_, at) => counts[at] ?? 0)
    grown[choice] = (grown[choice] ?? 0) + 1
    results.set(pollId, { version: version + 1, counts: grown })
  }
  return results
}

const latecomersOf = (batches: readonly FoldedBatch[]): Writes['rejections'] =>
  batches.flatMap(({ ballots, verdicts }) =>
    ballots.flatMap(({ pollId, voteId }, index) => {
      const verdict = verdicts[index]
      const isLate = verdict?.status === 'rejected' && verdict.reason === 'ALREADY_VOTED'
      return isLate ? [[pollId, voteId, verdict.reason] as const] : []
    }),
  )
