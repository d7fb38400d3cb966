/** Says that the offsets in [from, next) of a partition are folded: all are counted but those in `rejected`. */
export interface Progress {
  readonly logId: string
  readonly partition: number
  readonly from: number
  readonly next: number
  /** Never cut short: what is missing here counts as counted. */
  readonly rejected: readonly { readonly offset: number; readonly reason: string }[]
  /** Versions that include what was counted, by poll; may be cut short. */
  readonly versions: readonly (readonly [pollId: number, version: number])[]
}
