export type PollStatus = 'open' | 'closing' | 'closed'

/** A poll as it is stored; its question and options never change. */
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
}

/** What a poll's author decides, checked and normalized: see draftPoll. */
export type PollDraft = Pick<Poll, 'question' | 'theme' | 'options'>

/** True when the poll says what the draft says. */
export const saysTheSame = (poll: PollDraft, draft: PollDraft): boolean =>
  poll.question === draft.question &&
  poll.theme === draft.theme &&
  poll.options.length === draft.options.length &&
  poll.options.every((option, index) => option === draft.options[index])
