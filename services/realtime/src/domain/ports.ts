import type { PollDefinition, ReadState, ResultsState } from './results.js'
import type { Frame } from './room.js'

/** Says what polls are. */
export interface PollDefinitions {
  /**
   * Finds a poll's definition; undefined when there is no such poll, which MUST be asked again each time, for it may exist a moment later. Throws
   * unavailable.
   */
  find(pollId: number, requestId: string): Promise<PollDefinition | undefined>
}

/** Reads results from their owner. */
export interface ResultsReader {
  /**
   * The states of polls, in no order, without those that cannot be told now; each MUST include every vote that was acknowledged before the call, unless it is a copy. Throws unavailable or
   * deadline_exceeded.
   */
  read(pollIds: readonly number[]): Promise<readonly ReadState[]>
}

/** Tells of changes as they happen, and may lose, repeat and reorder them. */
export interface ResultsFeed {
  /** True while changes are heard. */
  readonly connected: boolean
  watchResults(pollId: number, listener: (state: ResultsState) => void): () => void
  /** Calls back each time after changes may have been lost. */
  onReady(listener: () => void): () => void
}

/** Where replicas say how many streams they have open. */
export interface ConnectionsBoard {
  publishConnections(replica: string, count: number): void
}

/** The far end of one open stream. */
export interface Viewer {
  /** What was sent and still waits in this process, in bytes. */
  readonly backlogBytes: number
  send(frame: Frame): void
  /** Says good-bye to one who reads too slowly, and cuts it off soon whether it hears that or not. */
  dismiss(): void
  /** Cuts it off now. */
  terminate(): void
}

/** Counts what happens to streams. */
export interface StreamMeter {
  sent(): void
  /** A viewer was left out, because it still had too much to read. */
  skipped(): void
  dismissed(): void
  fannedOut(durationMs: number): void
  resynced(succeeded: boolean): void
  /** `reason` is one of the few words of PROTOCOL.md. */
  refused(reason: string): void
}
