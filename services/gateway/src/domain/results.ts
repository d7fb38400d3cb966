import type { PollStatus } from './poll.js'

/** A poll's counts at one version. */
export interface Results {
  readonly pollId: number
  /** Grows with every counted vote and never goes back; 0 for a poll that nobody voted on. */
  readonly version: number
  /** Votes by choice; may be shorter than the poll's options, the rest is 0. */
  readonly counts: readonly number[]
  readonly status: PollStatus
  /** The database's clock when this was read; microseconds since 1970-01-01T00:00:00Z. */
  readonly asOfUs: number
  /** True when nobody could confirm that this is current. */
  readonly stale: boolean
}
