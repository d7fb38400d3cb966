import type { Viewer } from '@votestream/realtime/domain/ports.js'
import type { Frame } from '@votestream/realtime/domain/room.js'
import type { Kernel } from '../kernel/kernel.js'
import type { SimProcess } from '../kernel/process.js'
import type { Random } from '../kernel/random.js'

/** So that what arrives in one moment arrives in order. */
const TICK_MS = 0.000_1

const MAX_LATENCY_MS = 20

/** What else waits in a socket whose reader sleeps, pongs for example: more than makes a seat leave it out. */
const CLOGGED_BYTES = 65 * 1_024

/** As in realtime's web-socket-stream.ts. */
const CLOSE_TIMEOUT_MS = 5_000

/** How often a reader falls asleep when it is sent something, and for how long; the longest is beyond what realtime bears. */
const FALLS_ASLEEP = 0.1
const SLEEPS_MS = 8_000
const SLEEPS_LONG = 0.1
const LONG_SLEEP_MS = 40_000

export interface SocketOptions {
  readonly kernel: Kernel
  readonly random: Random
  /** Where the near end is. */
  readonly process: SimProcess
  /** Whether the reader sometimes sleeps. */
  readonly slow: boolean
  readonly onSend: (frame: Frame) => void
  readonly onFrame: (frame: Frame) => void
  /** The far end sees the stream end. */
  readonly onClosed: () => void
  /** The near end has sent all that waited. */
  readonly onDrain: () => void
}

/** A stream's socket: delivers in order, and stands still while its reader sleeps. */
export class Socket implements Viewer {
  readonly #options: SocketOptions
  #waiting: Frame[] = []
  #asleep = false
  #calm = false
  #closing = false
  #closed = false
  #lastAtMs = 0

  constructor(options: SocketOptions) {
    this.#options = options
  }

  get backlogBytes(): number {
    if (!this.#asleep) return 0
    return this.#waiting.reduce((sum, { json }) => sum + json.length, CLOGGED_BYTES)
  }

  get asleep(): boolean {
    return this.#asleep
  }

  send(frame: Frame): void {
    if (this.#closing || this.#closed) return
    this.#options.onSend(frame)
    this.#waiting.push(frame)
    const { slow, random } = this.#options
    if (!this.#asleep) this.#deliver()
    if (slow && !this.#calm && !this.#asleep && random.chance(FALLS_ASLEEP)) this.#sleep()
  }

  /** A good-bye waits behind what the reader has not read. */
  dismiss(): void {
    this.#closing = true
    this.#options.kernel.after(CLOSE_TIMEOUT_MS, 'socket cut off', () => this.#close())
  }

  terminate(): void {
    this.#close()
  }

  /** Breaks: what is under way is lost. */
  break(): void {
    this.#close()
  }

  /** Never sleeps again. */
  calm(): void {
    this.#calm = true
    this.#wake()
  }

  #sleep(): void {
    const { kernel, random } = this.#options
    this.#asleep = true
    const longestMs = random.chance(SLEEPS_LONG) ? LONG_SLEEP_MS : SLEEPS_MS
    kernel.after(random.next() * longestMs, 'reader wakes', () => this.#wake())
  }

  #wake(): void {
    if (!this.#asleep) return
    this.#asleep = false
    this.#deliver()
    this.#options.process.deliver(0, 'drain', () => this.#closed || this.#options.onDrain())
  }

  #deliver(): void {
    const { kernel, random, onFrame } = this.#options
    for (const frame of this.#waiting) {
      this.#lastAtMs = Math.max(kernel.nowMs + random.next() * MAX_LATENCY_MS, this.#lastAtMs + TICK_MS)
      kernel.after(this.#lastAtMs - kernel.nowMs, 'a document', () => this.#closed || onFrame(frame))
    }
    this.#waiting = []
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#options.onClosed()
  }
}
