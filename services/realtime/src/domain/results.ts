export type PollStatus = 'open' | 'closing' | 'closed'

/** A poll's counts at one version. */
export interface ResultsState {
  readonly pollId: number
  /** Grows with every counted vote and every change of status; the higher one is the newer one. */
  readonly version: number
  /** Votes by choice; may be shorter than the poll's options, the rest is 0. */
  readonly counts: readonly number[]
  readonly status: PollStatus
  /** The database's clock when this was read; microseconds since 1970-01-01T00:00:00Z. */
  readonly asOfUs: number
}

/** A state as its owner gave it. */
export interface ReadState extends ResultsState {
  /** True for a copy that may be old, because the record of votes cannot be read now: it confirms nothing. */
  readonly isCopy: boolean
}

/** What never changes about a poll. */
export interface PollDefinition {
  readonly pollId: number
  /** The options' texts, by choice. */
  readonly options: readonly string[]
}

/** The public results document, as API.md has it. */
export interface ResultsDocument {
  readonly poll_id: number
  readonly status: PollStatus
  readonly version: number
  readonly total_votes: number
  readonly options: readonly { readonly index: number; readonly text: string; readonly votes: number }[]
  /** RFC 3339 in UTC, with milliseconds. */
  readonly as_of: string
  readonly stale: boolean
  /** True once the poll is closed: nothing of this changes any more but `as_of` and `stale`. */
  readonly final: boolean
}

const US_PER_MS = 1_000

/** Writes the document of one state: every option of the poll with its votes, 0 where nobody chose it yet. */
export const documentOf = (
  definition: PollDefinition,
  state: ResultsState,
  stale: boolean,
): ResultsDocument => {
  const options = definition.options.map((text, index) => ({ index, text, votes: state.counts[index] ?? 0 }))
  return {
    poll_id: state.pollId,
    status: state.status,
    version: state.version,
    total_votes: options.reduce((sum, { votes }) => sum + votes, 0),
    options,
    as_of: new Date(Math.floor(state.asOfUs / US_PER_MS)).toISOString(),
    stale,
    final: state.status === 'closed',
  }
}
