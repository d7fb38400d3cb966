import type { OwnedPoll, Poll, PollDraft, PollPage, PollQuery, Theme } from './poll.js'
import type { Results } from './results.js'
import type { Ballot, Outcome, VoteState } from './vote.js'

/** How far one call may go, and which request it belongs to. */
export interface Call {
  readonly timeoutMs: number
  readonly requestId?: string
}

/**
 * The service that owns polls. Every method throws AppErrors: `unavailable` with `UNAVAILABLE` or `OVERLOADED` when a retry may help; the
 * service's own otherwise.
 */
export interface PollsService {
  /** Throws invalid_argument `INVALID_BODY`, out_of_range `IDEMPOTENCY_KEY_REUSED`, deadline_exceeded `OUTCOME_UNKNOWN` when the poll may exist. */
  createPoll(draft: PollDraft, idempotencyKey: string | undefined, call: Call): Promise<OwnedPoll>
  /** The poll as it is then: closed, or closing. Throws not_found `POLL_NOT_FOUND`, permission_denied `MANAGE_TOKEN_WRONG`. */
  closePoll(pollId: number, manageToken: string, call: Call): Promise<Poll>
  /** Unknown ids are left out. */
  getPolls(ids: readonly number[], call: Call): Promise<readonly Poll[]>
  /** Throws not_found `THEME_NOT_FOUND`. */
  listPolls(query: PollQuery, call: Call): Promise<PollPage>
  listThemes(call: Call): Promise<readonly Theme[]>
  countPolls(call: Call): Promise<number>
}

/** A ballot's outcome, by its position in the call. `lost`: the call broke; it may have been recorded, and asking again may tell. */
export interface BallotOutcome {
  readonly index: number
  readonly outcome: Outcome | { readonly status: 'lost' }
}

/** The service that owns votes; errors as in PollsService. */
export interface VotesService {
  /**
   * Casts ballots and yields outcomes as they become known. It never throws: a failed call is an outcome too. It MUST say `refused` only of
   * a ballot that this call has certainly not recorded, and MUST end each ballot with one outcome, which only `pending` may precede; a ballot
   * that is pending MUST NOT become less than that.
   */
  castVotes(ballots: readonly Ballot[], call: Call): AsyncIterable<readonly BallotOutcome[]>
  /** In the order of the ids, without those whose results cannot be told now; includes every vote that was acknowledged before the call. */
  getResults(pollIds: readonly number[], call: Call): Promise<readonly Results[]>
  /** Throws not_found `VOTE_NOT_FOUND`. */
  getVote(pollId: number, voteId: string, call: Call): Promise<VoteState>
  countVotes(call: Call): Promise<{ readonly totalVotes: number; readonly pollsWithVotes: number }>
}

/** Asks one service about itself and its engines: null when it does not have that engine; throws when it does not answer in time. */
export interface HealthProbe {
  check(name: 'service' | 'postgres' | 'kafka' | 'redis', timeoutMs: number): Promise<boolean | null>
}

/** A budget of requests: `burst` at once, then one each `intervalMs` (GCRA). */
export interface Budget {
  readonly burst: number
  readonly intervalMs: number
}

export interface Taken {
  readonly allowed: boolean
  /** How many requests could follow at once. */
  readonly remaining: number
  /** Until the whole burst is there again. */
  readonly resetMs: number
  /** Until the next request is allowed; 0 while some remain. */
  readonly retryAfterMs: number
}

/**
 * Counts requests by key.
 * - take MUST allow exactly `burst` requests at once and then one each `intervalMs`, and a refused request MUST cost nothing.
 * - keys MUST be independent, and the store bounded: it forgets keys whose budget is whole.
 */
export interface RateLimitStore {
  take(key: string, budget: Budget): Promise<Taken>
}

/** Counts the steps of a vote's way through the gateway. */
export interface VoteMeter {
  received(): void
  /** `reason` is empty for a counted or pending vote. */
  answered(status: 'counted' | 'pending' | 'rejected' | 'refused' | 'unknown', reason: string): void
  /** A vote that was turned away to protect the others. */
  shed(reason: 'OVERLOADED' | 'EXPIRED' | 'RATE_LIMITED'): void
  batchSent(ballots: number): void
}

/** Counts how often a cache could answer. */
export interface CacheMeter {
  hit(): void
  miss(): void
}

/** Notes each HTTP request; `route` is a template such as `/polls/{id}`, never a path. */
export interface RequestMeter {
  answered(request: {
    readonly requestId: string
    readonly route: string
    readonly method: string
    readonly status: number
    readonly seconds: number
  }): void
}

/** How long something took, in seconds; null before the first. */
export interface Timing {
  readonly count: number
  readonly mean: number | null
  readonly p50: number | null
  readonly p99: number | null
}

/** What this process has counted so far. */
export interface Readings {
  readonly requests: Timing
  readonly votes: {
    readonly received: number
    readonly counted: number
    readonly shed: number
    readonly timing: Timing
    readonly meanBatch: number | null
    readonly queued: number
  }
  readonly process: {
    readonly uptimeSeconds: number
    readonly cpuSeconds: number
    readonly residentMemoryBytes: number
    readonly heapUsedBytes: number
    readonly eventLoopLagP99Seconds: number
  }
  readonly pollTexts: { readonly hits: number; readonly misses: number }
  readonly rateLimitedAddresses: number
}

/** The process' own metrics. */
export interface MetricsSource {
  exposition(): Promise<{ readonly text: string; readonly contentType: string }>
  readings(): Promise<Readings>
}
