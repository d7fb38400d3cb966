import type { Bus } from '@votestream/bus/bus.js'
import type { OpenRoom } from '@votestream/realtime/app/open-room.js'
import { makeReadState } from '@votestream/realtime/app/read-state.js'
import { Resync } from '@votestream/realtime/app/resync.js'
import { Rooms } from '@votestream/realtime/app/rooms.js'
import { makeWatchPoll, type WatchPoll } from '@votestream/realtime/app/watch-poll.js'
import type { PollDefinitions, ResultsReader, StreamMeter } from '@votestream/realtime/domain/ports.js'
import type { SimProcess } from '../kernel/process.js'

/** The defaults of realtime's config.ts, and the slack of its service.ts. */
export const RESYNC_INTERVAL_MS = 4_000
export const BLOCKED_MS = 25_000
export const CONFIRMATION_SLACK_MS = 750

const nothing = (): void => undefined

const meter: StreamMeter = {
  sent: nothing,
  skipped: nothing,
  dismissed: nothing,
  fannedOut: nothing,
  resynced: nothing,
  refused: nothing,
}

export interface RealtimeOptions {
  readonly process: SimProcess
  /** Listens to `results`; not started yet. */
  readonly bus: Bus
  /** How this process reaches votes: with its delays and its failures. */
  readonly reader: ResultsReader
  readonly definitions: PollDefinitions
}

/** One replica of realtime, whose streams break with it. */
export class RealtimeReplica {
  readonly process: SimProcess
  readonly rooms: Rooms
  readonly watchPoll: WatchPoll
  readonly #onCrash = new Set<() => void>()

  constructor({ process, bus, reader, definitions }: RealtimeOptions) {
    this.process = process
    const { clock, logger } = process
    const deps = { clock, logger, meter, feed: bus, reader }
    const staleAfterMs = RESYNC_INTERVAL_MS + CONFIRMATION_SLACK_MS
    const readState = makeReadState(deps)
    this.rooms = new Rooms({ ...deps, readState, blockedMs: BLOCKED_MS, staleAfterMs })
    new Resync({ ...deps, rooms: this.rooms, intervalMs: RESYNC_INTERVAL_MS })
    this.watchPoll = makeWatchPoll({ definitions, rooms: this.rooms })
  }

  /** The open room of a poll. */
  roomOf(pollId: number): OpenRoom | undefined {
    return [...this.rooms].find((room) => room.pollId === pollId)
  }

  /** Calls back when the process dies; returns how to stop that. */
  onCrash(listener: () => void): () => void {
    this.#onCrash.add(listener)
    return () => void this.#onCrash.delete(listener)
  }

  /** kill -9: the far ends of its streams see them break. */
  crash(): void {
    this.process.crash()
    for (const listener of [...this.#onCrash]) listener()
  }
}

/** Starts a replica of realtime with its bus, wired as `liveRooms` of its service.ts. */
export const startRealtime = (options: RealtimeOptions): RealtimeReplica => {
  const replica = new RealtimeReplica(options)
  void options.bus.start?.()
  return replica
}
