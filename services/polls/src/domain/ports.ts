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
  /** The polls that exist, in no order. */
  findByIds(ids: readonly number[]): Promise<readonly Poll[]>
  /** At most `limit` polls, newest first. */
  list(filter: PollFilter, limit: number): Promise<readonly Poll[]>
  /** MUST cost the same however many polls there are. */
  count(): Promise<number>
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
