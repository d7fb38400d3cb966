import type { Component } from '@votestream/runtime'

export type PollStatus = 'open' | 'closing' | 'closed'

/** A poll's counts at one version. */
export interface ResultsState {
  readonly pollId: number
  /** Grows with every counted vote and every change of status; the higher one is the newer one. */
  readonly version: number
  /** Votes by choice; may be shorter than the poll's options, the rest is 0. */
  readonly counts: readonly number[]
  readonly status: PollStatus
  /** The database's clock when the state was read; microseconds since 1970-01-01T00:00:00Z. */
  readonly asOfUs: number
}

/** A verdict against the record at `offset`; `reason` is a stable SCREAMING_SNAKE word. */
export interface Rejection {
  readonly offset: number
  readonly reason: string
}

export type PollVersion = readonly [pollId: number, version: number]

/** Says that the offsets in [from, next) of a partition are folded: counted, but for those in `rejected`. */
export interface Progress {
  readonly logId: string
  readonly partition: number
  readonly from: number
  readonly next: number
  readonly rejected: readonly Rejection[]
  /** The new versions of polls that this fold counted. Some or all may be left out: who misses one asks the owner. */
  readonly versions: readonly PollVersion[]
}

/** What a bus can listen to. */
export const topics = ['results', 'progress', 'polls_changed', 'connections'] as const
export type Topic = (typeof topics)[number]

/** How long a replica's number of open streams counts after it was last heard, in milliseconds. */
export const CONNECTIONS_KEPT_MS = 10_000

/**
 * The side channel between services: what they hear here makes them faster, never right. Everything on it can be lost, repeated or late, and
 * can be had again from its owner.
 *
 * An adapter MUST NOT let a publisher wait or fail, MUST keep what one publisher says about one topic in order (apart from what it leaves out),
 * MUST call `onReady` each time after messages may have been lost, and MUST count and ignore what it cannot read.
 */
export interface Bus extends Component {
  /** True while this bus hears what it listens to; always false when it listens to nothing. */
  readonly connected: boolean
  /** Keeps the newest state of each poll and sends it at once, then at most 20 times a second a poll. */
  publishResults(states: readonly ResultsState[]): void
  publishProgress(progress: Progress): void
  publishPollsChanged(pollIds: readonly number[]): void
  /** Says how many streams a replica has open; readers forget it after 10 s. */
  publishConnections(replica: string, count: number): void
  /** Calls back with every state of one poll that is heard, in no order that matters; returns how to stop that. */
  watchResults(pollId: number, listener: (state: ResultsState) => void): () => void
  onProgress(listener: (progress: Progress) => void): () => void
  onPollsChanged(listener: (pollIds: readonly number[]) => void): () => void
  /** The open streams of all replicas that were heard in the last 10 s. */
  totalConnections(): number
  /** Calls back whenever the bus begins to hear (again): what was said before may be lost, so ask the owners now. */
  onReady(listener: () => void): () => void
  /** Sends what waits, without heed of the pace; resolves when it is sent or given up. */
  flush(): Promise<void>
}
