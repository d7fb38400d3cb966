export type PollStatus = 'open' | 'closing' | 'closed'

/** A poll's counts at one version. */
export interface Results {
  readonly pollId: number
  /** Grows with every counted vote and every change of status; 0 for a poll that nobody voted on. */
  readonly version: number
  /** Votes by choice; may be shorter than the poll's options, the rest is 0. */
  readonly counts: readonly number[]
  readonly status: PollStatus
  /** The database's clock, microseconds since 1970-01-01T00:00:00Z. */
  readonly asOfUs: number
  /** True for the live view's copy, which may be old. */
  readonly stale?: boolean
}

/** Nothing can be said of this poll now: the store cannot be read and the live view has no copy. It is not zero. */
export interface UnknownResults {
  readonly pollId: number
  readonly unknown: true
}
