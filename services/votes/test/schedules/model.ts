import type { LoggedBallot } from '../../src/domain/ballot.js'
import type { RejectionReason } from '../../src/domain/verdict.js'
import { endOf, FIRST_OFFSET, recordsIn, type WrittenLog } from './written-log.js'
import type { Tables } from './witness.js'

export type Bookmarks = ReadonlyMap<number, number>

const keyOf = ({ pollId, ballotKey }: LoggedBallot): string => `${pollId}/${ballotKey}`

const byKey = (a: readonly unknown[], b: readonly unknown[]): number =>
  Number(a[0]) - Number(b[0]) || (String(a[1]) < String(b[1]) ? -1 : 1)

/** The plain model of the fold: what the tables hold when the partitions are folded up to their bookmarks, however they were folded. */
export const tablesAt = (log: WrittenLog, bookmarks: Bookmarks): Tables => {
  const votes = new Map<string, LoggedBallot>()
  const rejected = new Map<string, Tables['rejections'][number]>()
  const quarantine: Tables['quarantine'][number][] = []
  const counts = new Map<number, number[]>()

  for (const [partition, next] of bookmarks)
    for (const { ballot, refusedWith } of recordsIn(log, partition, FIRST_OFFSET, next)) {
      const { pollId, voteId, choice, offset } = ballot
      const first = votes.get(keyOf(ballot))
      if (refusedWith !== undefined) quarantine.push([partition, offset, ballot, refusedWith])
      else if (!first) {
        votes.set(keyOf(ballot), ballot)
        const before = counts.get(pollId) ?? []
        const length = Math.max(before.length, choice + 1)
        counts.set(
          pollId,
          Array.from({ length }, (_, each) => (before[each] ?? 0) + (each === choice ? 1 : 0)),
        )
      } else if (first.voteId !== voteId)
        rejected.set(`${pollId}/${voteId}`, [pollId, voteId, 'ALREADY_VOTED'])
    }

  const total = (pollId: number): number => (counts.get(pollId) ?? []).reduce((sum, count) => sum + count, 0)
  return {
    bookmarks: [...bookmarks],
    votes: [...votes.values()]
      .map((vote) => [vote.pollId, vote.ballotKey, vote.voteId, vote.choice] as const)
      .sort(byKey),
    results: [...counts]
      .map(([pollId, each]) => [pollId, total(pollId), total(pollId), each, 'open'] as const)
      .sort(byKey),
    rejections: [...rejected.values()].sort(byKey),
    quarantine,
  }
}

/** What the log decides of a ballot in it, for ever: the first of a key wins. */
export const verdictIn = (log: WrittenLog, ballot: LoggedBallot): 'counted' | RejectionReason => {
  const all = recordsIn(log, ballot.partition, FIRST_OFFSET, endOf(log, ballot.partition))
  if (all.some((record) => record.ballot.offset === ballot.offset && record.refusedWith !== undefined))
    return 'QUARANTINED'
  const first = all.find((record) => !record.refusedWith && keyOf(record.ballot) === keyOf(ballot))?.ballot
  if (!first) throw new Error('the ballot is not in the log')
  if (first.voteId !== ballot.voteId) return 'ALREADY_VOTED'
  return first.choice === ballot.choice ? 'counted' : 'IDEMPOTENCY_KEY_REUSED'
}
