export const pollStatuses = ['open', 'closing', 'closed'] as const
export type PollStatus = (typeof pollStatuses)[number]

/** A poll as its author made it, and whether it still takes votes. */
export interface Poll {
  readonly id: number
  readonly question: string
  /** A theme's key, such as `OnTrend`. */
  readonly theme: string | null
  readonly status: PollStatus
  /** A choice is a position in this list. */
  readonly options: readonly string[]
  /** Microseconds since 1970-01-01T00:00:00Z. */
  readonly createdAtUs: number
  /** No vote is taken before; as createdAtUs, null for none. */
  readonly opensAtUs: number | null
  /** When it begins to close by itself; as above. */
  readonly closesAtUs: number | null
  /** When its results became final; null before. */
  readonly closedAtUs: number | null
}

/** What an author asks for; polls checks and normalizes it. */
export type PollDraft = Pick<Poll, 'question' | 'theme' | 'options' | 'opensAtUs' | 'closesAtUs'>

/** A poll that was made just now, and what proves that its holder owns it: a secret. */
export interface OwnedPoll {
  readonly poll: Poll
  readonly manageToken: string
}

export interface PollQuery {
  /** A theme's key or slug. */
  readonly theme?: string
  readonly status?: PollStatus
  readonly limit: number
  /** Only polls with a smaller id. */
  readonly after?: number
}

export interface PollPage {
  readonly polls: readonly Poll[]
  /** The `after` of the next page; undefined on the last one. */
  readonly nextAfter: number | undefined
}

export interface Theme {
  /** What a poll's `theme` says, such as `OnTrend`. */
  readonly key: string
  readonly slug: string
  readonly name: string
  readonly description: string
  readonly color: string
  readonly icon: string
  readonly pollCount: number
}
