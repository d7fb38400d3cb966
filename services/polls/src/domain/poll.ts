export type PollStatus = 'open' | 'closing' | 'closed'

/** A poll as it is stored; only its status ever changes, and the time of its end. */
export interface Poll {
  readonly id: number
  readonly question: string
  /** The theme's key, or null. */
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

/** What a poll's author decides, checked and normalized: see draftPoll. */
export type PollDraft = Pick<Poll, 'question' | 'theme' | 'options' | 'opensAtUs' | 'closesAtUs'>

/** True when the poll says what the draft says. */
export const saysTheSame = (poll: PollDraft, draft: PollDraft): boolean =>
  poll.question === draft.question &&
  poll.theme === draft.theme &&
  poll.opensAtUs === draft.opensAtUs &&
  poll.closesAtUs === draft.closesAtUs &&
  poll.options.length === draft.options.length &&
  poll.options.every((option, index) => option === draft.options[index])
