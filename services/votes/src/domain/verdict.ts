import type { Ballot } from './ballot.js'

const rejectionReasons = ['ALREADY_VOTED', 'IDEMPOTENCY_KEY_REUSED', 'POLL_CLOSED', 'QUARANTINED'] as const
export type RejectionReason = (typeof rejectionReasons)[number]

/** False for the word of a newer release. */
export const isRejectionReason = (word: string): word is RejectionReason =>
  (rejectionReasons as readonly string[]).includes(word)

/** What the log decided about a ballot, for ever. `version`: a version of the poll's results that includes the vote. */
export type Verdict =
  | { readonly status: 'counted'; readonly version: number }
  | { readonly status: 'rejected'; readonly reason: RejectionReason }

/**
 * What the store says of a ballot in the log: its verdict; undefined while it is not folded; `unrecorded` when the bookmark has passed
 * it and yet nothing is known of it, which must not happen and is no verdict.
 */
export type Judgement = Verdict | { readonly status: 'unrecorded' } | undefined

/** The vote that holds a ballot key. */
export interface HoldingVote {
  readonly voteId: string
  readonly choice: number
  /** The version of the poll's results, which include this vote. */
  readonly version: number
}

/**
 * Judges a ballot whose key is taken: the same vote again is counted, the same vote id with another choice is a reused key, and any
 * other vote comes too late: the first in the log wins.
 */
export const judgeAgainst = (ballot: Ballot, holder: HoldingVote): Verdict => {
  if (holder.voteId !== ballot.voteId) return { status: 'rejected', reason: 'ALREADY_VOTED' }
  if (holder.choice !== ballot.choice) return { status: 'rejected', reason: 'IDEMPOTENCY_KEY_REUSED' }
  return { status: 'counted', version: holder.version }
}
