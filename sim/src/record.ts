/** How one attempt to vote ended, for the voter. */
export type Ending =
  | { readonly status: 'counted'; readonly version: number }
  | { readonly status: 'rejected'; readonly reason: string }
  | { readonly status: 'refused'; readonly reason: string }
  | { readonly status: 'pending' | 'unknown' | 'cut' }

/** One attempt. */
export interface Attempt {
  readonly pollId: number
  readonly ballotKey: string
  readonly voteId: string
  readonly choice: number
  readonly fromMs: number
  toMs?: number
  ending?: Ending
}

/** What a reader got. */
export interface Read {
  readonly reader: string
  readonly pollId: number
  readonly version: number
  readonly counts: readonly number[]
  readonly stale: boolean
}

/** A verdict that was asked for and not found. */
export interface NotFound {
  readonly voteId: string
  readonly fromMs: number
}
