/** What a voter sends: one choice in one poll. */
export interface Ballot {
  readonly pollId: number
  /** A uuid; sending a ballot again under its vote id is not voting again. */
  readonly voteId: string
  /** A uuid: the voter's key where the poll limits voters, otherwise the vote id. */
  readonly ballotKey: string
  /** An option's 0-based index; may name an option that the poll does not have. */
  readonly choice: number
  readonly requestId: string
  /** Epoch milliseconds; never recorded after it, however long the call lies unread. */
  readonly expiresAt: number
}

/** What is known of a ballot once it was sent. */
export type Outcome =
  /** Durable, and in the poll's results from `version` on. */
  | { readonly status: 'counted'; readonly version: number }
  /** In the durable log, not yet counted. */
  | { readonly status: 'pending' }
  /** Decided against by the log, for ever. */
  | { readonly status: 'rejected'; readonly reason: string }
  /** Certainly not recorded. */
  | { readonly status: 'refused'; readonly reason: string; readonly retryAfterMs: number }
  /** It may have been recorded. */
  | { readonly status: 'unknown' }

/** Refusals that hold for every attempt with one vote id, also for an earlier one whose outcome nobody heard. */
export const decisiveRefusals: ReadonlySet<string> = new Set([
  'POLL_NOT_FOUND',
  'CHOICE_OUT_OF_RANGE',
  'POLL_CLOSED',
])

/** What became of a vote, when asked for later. */
export type VoteState =
  { readonly status: 'counted' | 'pending' } | { readonly status: 'rejected'; readonly reason: string }
