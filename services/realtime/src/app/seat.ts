import type { Clock, Scheduled } from '@votestream/runtime'
import type { StreamMeter, Viewer } from '../domain/ports.js'
import type { Frame } from '../domain/room.js'

/** Who has more than this to read is left out until it has read: some five seconds of a busy poll, and never a queue that grows. */
const SKIP_ABOVE_BYTES = 64 * 1024
/** Documents alone never get here; answering a flood of pings does. */
const TERMINATE_ABOVE_BYTES = 1024 * 1024

export interface SeatOptions {
  readonly viewer: Viewer
  /** What the room shows now. */
  readonly frame: () => Frame | undefined
  /** How long a viewer may be left out before it is dismissed. */
  readonly blockedMs: number
  readonly clock: Clock
  readonly meter: StreamMeter
}

/** One viewer's place in a room: what it was shown, and whether it keeps up. */
export class Seat {
  readonly #options: SeatOptions
  #shownRevision = -1
  #blocked: Scheduled | undefined

  constructor(options: SeatOptions) {
    this.#options = options
  }

  /**
   * Shows the viewer what the room shows, unless it has seen that or cannot take it now; to be called when the room has changed, and when the viewer has
   * read everything.
   */
  update(): void {
    const { viewer, frame, meter } = this.#options
    const current = frame()
    if (current === undefined || current.revision === this.#shownRevision) return
    if (viewer.backlogBytes > SKIP_ABOVE_BYTES) {
      this.#skip()
      return
    }
    this.#unblock()
    this.#shownRevision = current.revision
    viewer.send(current)
    meter.sent()
  }

  /** Cuts off a viewer that makes us send without reading. */
  checkBacklog(): void {
    if (this.#options.viewer.backlogBytes > TERMINATE_ABOVE_BYTES) this.#options.viewer.terminate()
  }

  leave(): void {
    this.#unblock()
  }

  #skip(): void {
    const { viewer, blockedMs, clock, meter } = this.#options
    meter.skipped()
    this.checkBacklog()
    this.#blocked ??= clock.setTimeout(() => {
      meter.dismissed()
      viewer.dismiss()
    }, blockedMs)
  }

  #unblock(): void {
    this.#blocked?.cancel()
    this.#blocked = undefined
  }
}
