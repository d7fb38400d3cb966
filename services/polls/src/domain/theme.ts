/** A subject that polls can belong to. */
export interface Theme {
  /** What a poll's `theme` says, such as `OnTrend`. */
  readonly key: string
  /** The name in URLs, such as `on-trend`. */
  readonly slug: string
  readonly name: string
  readonly description: string
  readonly color: string
  readonly icon: string
  readonly pollCount: number
}
