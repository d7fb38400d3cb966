import type { Poll, PollDraft, PollStatus } from './poll.js'
import type { Theme } from './theme.js'

/** Which polls a page may show. */
export interface PollFilter {
  /** A theme's key. */
  readonly theme?: string | undefined
  readonly status?: PollStatus | undefined
  /** Only polls with a smaller id. */
  readonly beforeId?: number | undefined
}

/** Where polls are kept. Throws unavailable `DATABASE_UNAVAILABLE` or `DATABASE_BUSY`. */
export interface PollStore {
  /**
   * Stores an open poll and counts it in its theme, both or neither. With a key MUST store once, however many ask at the same time, and
   * MUST answer everybody else with the poll that has the key. Throws deadline_exceeded `OUTCOME_UNKNOWN` when nobody can tell whether it is stored.
   */
  insert(draft: PollDraft, idempotencyKey: string | undefined): Promise<Poll>
  /** The poll that was stored with this key. */
  findByKey(idempotencyKey: string): Promise<Poll | undefined>
  /** The polls that exist, in no order. */
  findByIds(ids: readonly number[]): Promise<readonly Poll[]>
  /** At most `limit` polls, newest first. */
  list(filter: PollFilter, limit: number): Promise<readonly Poll[]>
  /** MUST cost the same however many polls there are. */
  count(): Promise<number>
  /**
   * Makes a poll `closing`, or finds it so, and leases it to the caller: nobody else gets it before that time is over, or it is put off. Undefined when
   * it is closed, or leased to somebody else.
   */
  startClose(pollId: number, leaseMs: number): Promise<StartedClose | undefined>
  /** The same for at most `limit` polls whose closes_at has come, or which are `closing` and leased to nobody. */
  startDueCloses(limit: number, leaseMs: number): Promise<readonly StartedClose[]>
  /** Makes a closing poll `closed`. */
  finishClose(pollId: number): Promise<void>
  /** Lets nobody go on with a closing for so long, and anybody after it. */
  putOffClose(pollId: number, forMs: number): Promise<void>
}

/** A closing that its holder is to finish. */
export interface StartedClose {
  readonly pollId: number
  /** A uuid: names the closing in the log of votes, whoever finishes it. */
  readonly closeId: string
}

/** The service that counts votes. */
export interface VotesOfPolls {
  /** True once the poll's results are final; false, or an error, when it has to be asked again. Asking twice is asking once. */
  closePoll(pollId: number, closeId: string, timeoutMs: number): Promise<boolean>
}

/** Where themes are kept; throws as PollStore does. */
export interface ThemeStore {
  /** Every theme in the order to show them in; MUST cost the same however many polls there are. */
  findAll(): Promise<readonly Theme[]>
}

/** Tells the other services that polls are new or have changed; may lose what it is told, and never fails. */
export interface PollAnnouncer {
  publishPollsChanged(pollIds: readonly number[]): void
}
