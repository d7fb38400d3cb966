import type { Place } from '@votestream/realtime/app/watch-poll.js'
import type { ResultsDocument } from '@votestream/realtime/domain/results.js'
import type { Frame } from '@votestream/realtime/domain/room.js'
import type { Scheduled } from '@votestream/runtime'
import type { Kernel } from '../kernel/kernel.js'
import type { Random } from '../kernel/random.js'
import type { RealtimeReplica } from './realtime.js'
import { Socket } from './socket.js'

/** A document that an observer got. */
export interface Seen {
  readonly observer: string
  /** Counts the observer's connections. */
  readonly stream: number
  readonly pollId: number
  readonly version: number
  readonly counts: readonly number[]
  readonly total: number
  readonly stale: boolean
  readonly asOfMs: number
  readonly atMs: number
  /** False when a client has to drop it, because it has seen a newer version on an earlier stream. */
  readonly shown: boolean
}

/** What a replica sent to one seat. */
export interface SentFrame {
  /** One for all seats of one room while it is open. */
  readonly room: object
  readonly frame: Frame
}

export interface ObserverOptions {
  readonly kernel: Kernel
  readonly random: Random
  readonly name: string
  readonly pollId: number
  /** Those that an ingress would choose from. */
  readonly replicas: () => readonly RealtimeReplica[]
  /** Whether it sometimes does not read for seconds. */
  readonly slow?: boolean
  /** Whether it says what it has seen when it comes back, as an EventSource does. */
  readonly says?: boolean
  readonly onDocument: (seen: Seen) => void
  readonly onSent?: (sent: SentFrame) => void
}

/** PROTOCOL.md, section 4. */
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

/** After so long a client gives a handshake up. */
const HANDSHAKE_TIMEOUT_MS = 10_000

const MAX_LATENCY_MS = 10

/** How soon the far end learns that a process died. */
const RESET_MS = 5

/** One open or opening stream. */
interface Stream {
  readonly number: number
  readonly replica: RealtimeReplica
  socket?: Socket
  over: boolean
  end: () => void
}

const documents = new WeakMap<Frame, ResultsDocument>()

/** What a frame says; parsed once for all that get it. */
const documentOf = (frame: Frame): ResultsDocument => {
  const document = documents.get(frame) ?? (JSON.parse(frame.json.toString()) as ResultsDocument)
  documents.set(frame, document)
  return document
}

/** A client of PROTOCOL.md: watches one poll, and comes back whenever its stream breaks. */
export class Observer {
  #options: ObserverOptions
  #stream: Stream | undefined
  #streams = 0
  #failures = 0
  #isCalm = false
  #highest = -1
  #last: Seen | undefined
  #comingBack: Scheduled | undefined

  constructor(options: ObserverOptions) {
    this.#options = options
  }

  /** The newest document that it shows. */
  get last(): Seen | undefined {
    return this.#last
  }

  /** Whether a stream is open that has brought a document. */
  get isOpen(): boolean {
    return this.#stream?.socket !== undefined && this.#last?.stream === this.#stream.number
  }

  /** Connects now, to any replica, unless it is connected. */
  connect(): void {
    if (this.#stream !== undefined) return
    this.#comingBack?.cancel()
    const { random, replicas } = this.#options
    const [first, ...others] = replicas().filter(({ process }) => process.alive)
    if (first === undefined) {
      this.#comeBack()
      return
    }
    const stream: Stream = {
      number: (this.#streams += 1),
      replica: random.pick([first, ...others]),
      over: false,
      end: () => undefined,
    }
    this.#stream = stream
    this.#open(stream)
  }

  /** Breaks the stream, as when a page is loaded again, and comes back. */
  reload(): void {
    this.#stream?.end()
  }

  /** Reads everything at once from now on, and is back soon. */
  calm(): void {
    this.#options = { ...this.#options, slow: false }
    this.#isCalm = true
    this.#failures = 0
    this.#stream?.socket?.calm()
    this.connect()
  }

  #open(stream: Stream): void {
    const { kernel } = this.#options
    const { process } = stream.replica
    const forget = stream.replica.onCrash(() => {
      kernel.after(RESET_MS, 'reset', () => stream.end())
    })
    const patience = kernel.after(HANDSHAKE_TIMEOUT_MS, 'handshake given up', () => stream.end())
    let place: Place | undefined
    stream.end = () => {
      if (stream.over) return
      stream.over = true
      forget()
      patience.cancel()
      process.deliver(this.#latencyMs(), 'stream closed', () => place?.leave())
      this.#stream = undefined
      this.#comeBack()
    }
    process.deliver(this.#latencyMs(), 'handshake', () => {
      this.#watch(stream).then(
        (given) => {
          place = given
          patience.cancel()
          if (stream.over) given.leave()
          else this.#take(stream, given)
        },
        () => void kernel.after(this.#latencyMs(), 'refused', () => stream.end()),
      )
    })
  }

  #watch({ replica }: Stream): Promise<Place> {
    const { pollId, says = false, name } = this.#options
    return replica.watchPoll(pollId, { requestId: name, seenVersion: says ? Math.max(this.#highest, 0) : 0 })
  }

  #take(stream: Stream, place: Place): void {
    const { kernel, random, pollId, slow = false, onSent } = this.#options
    const { process } = stream.replica
    const room = stream.replica.roomOf(pollId) ?? stream
    const socket = new Socket({
      kernel,
      random,
      process,
      slow,
      onSend: (frame) => onSent?.({ room, frame }),
      onFrame: (frame) => this.#see(stream, frame),
      onClosed: () => stream.end(),
      onDrain: () => seat.update(),
    })
    stream.socket = socket
    const seat = place.take(socket)
  }

  #see(stream: Stream, frame: Frame): void {
    if (stream.over) return
    const { kernel, name, pollId, onDocument } = this.#options
    const document = documentOf(frame)
    const seen: Seen = {
      observer: name,
      stream: stream.number,
      pollId: document.poll_id,
      version: document.version,
      counts: document.options.map(({ votes }) => votes),
      total: document.total_votes,
      stale: document.stale,
      asOfMs: Date.parse(document.as_of),
      atMs: kernel.nowMs,
      shown: document.version >= this.#highest,
    }
    if (document.poll_id !== pollId)
      throw new Error(`${name} watches poll ${pollId}, not ${document.poll_id}`)
    this.#failures = 0
    if (seen.shown) {
      this.#highest = seen.version
      this.#last = seen
    }
    onDocument(seen)
  }

  #comeBack(): void {
    const { kernel, random } = this.#options
    const longestMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures)
    if (!this.#isCalm) this.#failures += 1
    this.#comingBack?.cancel()
    this.#comingBack = kernel.after(random.next() * longestMs, 'comes back', () => this.connect())
  }

  #latencyMs(): number {
    return this.#options.random.next() * MAX_LATENCY_MS
  }
}
