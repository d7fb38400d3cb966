/** What a voter sends: one choice in one poll. */
export interface Ballot {
  readonly pollId: number
  /** A uuid: the voter's key where the poll limits voters, otherwise the vote id. At most one vote counts for each poll and ballot key. */
  readonly ballotKey: string
  /** A uuid; sending a ballot again under its vote id is not voting again. */
  readonly voteId: string
  /** An option's 0-based index. */
  readonly choice: number
  readonly requestId: string
  /** Epoch milliseconds; not given to the log after it. Never, when it is missing. */
  readonly expiresAt?: number
}

/** Where a ballot lies in the log. */
export interface Position {
  readonly partition: number
  readonly offset: number
}

export type LoggedBallot = Ballot & Position

/** The end of a poll: what lies behind it in its partition comes too late. */
export interface PollClose {
  readonly pollId: number
  /** A uuid: which closing this belongs to. A poll is closed once, however many ends the log has. */
  readonly closeId: string
}

export type LoggedClose = PollClose & Position
