import type { ResultsFeed, ResultsReader, StreamMeter, Viewer } from '../src/domain/ports.js'
import type { ReadState, ResultsState } from '../src/domain/results.js'
import type { Frame } from '../src/domain/room.js'

export const aState = (pollId: number, version: number, more: Partial<ResultsState> = {}): ResultsState => ({
  pollId,
  version,
  counts: [version],
  status: 'open',
  asOfUs: version,
  ...more,
})

export interface FakeViewer extends Viewer {
  backlogBytes: number
  readonly frames: Frame[]
  /** The versions that it was sent. */
  readonly versions: () => number[]
  ended: 'dismissed' | 'terminated' | undefined
}

export const aViewer = (): FakeViewer => {
  const frames: Frame[] = []
  return {
    backlogBytes: 0,
    frames,
    versions: () => frames.map(({ version }) => version),
    ended: undefined,
    send: (frame) => void frames.push(frame),
    dismiss() {
      this.ended = 'dismissed'
    },
    terminate() {
      this.ended = 'terminated'
    },
  }
}

export const aMeter = () => {
  const counts = {
    sent: 0,
    skipped: 0,
    dismissed: 0,
    resynced: [] as boolean[],
    refused: [] as string[],
    fannedOutMs: 0,
  }
  const meter: StreamMeter = {
    sent: () => (counts.sent += 1),
    skipped: () => (counts.skipped += 1),
    dismissed: () => (counts.dismissed += 1),
    fannedOut: (durationMs) => (counts.fannedOutMs += durationMs),
    resynced: (succeeded) => counts.resynced.push(succeeded),
    refused: (reason) => counts.refused.push(reason),
  }
  return { ...meter, counts }
}

/** A feed that says what a test has it say. */
export const aFeed = () => {
  const watchers = new Map<number, Set<(state: ResultsState) => void>>()
  const readies = new Set<() => void>()
  const feed: ResultsFeed & { connected: boolean } = {
    connected: true,
    watchResults: (pollId, listener) => {
      const ofPoll = watchers.get(pollId) ?? new Set()
      watchers.set(pollId, ofPoll.add(listener))
      return () => void ofPoll.delete(listener)
    },
    onReady: (listener) => {
      readies.add(listener)
      return () => void readies.delete(listener)
    },
  }
  return Object.assign(feed, {
    say: (state: ResultsState) => watchers.get(state.pollId)?.forEach((listener) => listener(state)),
    ready: () => readies.forEach((listener) => listener()),
    watchersOf: (pollId: number) => watchers.get(pollId)?.size ?? 0,
  })
}

/** The owner of results: what is true, and what it was asked. */
export const aReader = () => {
  const truth = new Map<number, ResultsState>()
  const asked: number[][] = []
  let isCopy = false
  let failure: Error | undefined
  const reader: ResultsReader = {
    read: (pollIds) => {
      asked.push([...pollIds])
      if (failure !== undefined) return Promise.reject(failure)
      const read = (pollId: number): ReadState => ({
        ...(truth.get(pollId) ?? aState(pollId, 0, { counts: [] })),
        isCopy,
      })
      return Promise.resolve(pollIds.map(read))
    },
  }
  return Object.assign(reader, {
    asked,
    set: (state: ResultsState) => void truth.set(state.pollId, state),
    /** Has it answer with copies, or with the record. */
    copiesOnly: (copies: boolean) => (isCopy = copies),
    failWith: (error: Error | undefined) => (failure = error),
  })
}
