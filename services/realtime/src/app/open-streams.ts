import { unavailable } from '@votestream/errors'
import type { Clock } from '@votestream/runtime'

/** A limit frees up when somebody leaves; a few seconds keep those who wait from asking all the time. */
const RETRY_AFTER_MS = 5_000

/** A draining replica has a successor by then. */
const RETRY_AFTER_DRAIN_MS = 1_000

export type Transport = 'websocket' | 'events'

/** One stream that was admitted, opening or open. */
export interface Admission {
  /** Says how the stream is told that this replica restarts, once it is open. */
  opened(transport: Transport, restart: () => void): void
  /** Gives the place back; to be called exactly when the stream is gone. */
  close(): void
}

interface Entry {
  transport?: Transport
  restart?: () => void
}

export interface StreamLimits {
  readonly maxStreams: number
  readonly maxStreamsPerAddress: number
}

/** Every open stream of this replica: admitted within limits, and drained at the end. */
export class OpenStreams {
  readonly #limits: StreamLimits
  readonly #entries = new Set<Entry>()
  readonly #byAddress = new Map<string, number>()
  #draining = false
  /** Called whenever a stream has opened or is gone. */
  onChange: () => void = () => undefined

  constructor(limits: StreamLimits) {
    this.#limits = limits
  }

  /** The open streams of one kind, or of all. */
  count(transport?: Transport): number {
    let open = 0
    for (const entry of this.#entries)
      if (entry.transport !== undefined && (transport ?? entry.transport) === entry.transport) open += 1
    return open
  }

  /** Takes a place for a stream from an address; throws unavailable `OVERLOADED` or `TOO_MANY_STREAMS`, or `RESTARTING` while this replica drains. */
  admit(address: string): Admission {
    const ofAddress = this.#byAddress.get(address) ?? 0
    this.#refuse(ofAddress)
    const entry: Entry = {}
    this.#entries.add(entry)
    this.#byAddress.set(address, ofAddress + 1)
    return {
      opened: (transport, restart) => {
        Object.assign(entry, { transport, restart })
        if (this.#draining) restart()
        this.onChange()
      },
      close: () => this.#forget(entry, address),
    }
  }

  /** Tells every stream to come back, one after another over `overMs`; refuses new ones. */
  async drain(overMs: number, clock: Clock): Promise<void> {
    this.#draining = true
    const entries = [...this.#entries]
    const startedAtMs = clock.monotonicMs()
    for (const [index, { restart }] of entries.entries()) {
      const waitMs = startedAtMs + (overMs * index) / entries.length - clock.monotonicMs()
      if (waitMs >= 1) await clock.sleep(waitMs)
      restart?.()
    }
  }

  #refuse(ofAddress: number): void {
    const { maxStreams, maxStreamsPerAddress } = this.#limits
    const refuse = (reason: string, message: string, retryAfterMs: number): never => {
      throw unavailable(reason, message, { retryAfterMs })
    }
    if (this.#draining) refuse('RESTARTING', 'This replica restarts: come back.', RETRY_AFTER_DRAIN_MS)
    if (this.#entries.size >= maxStreams)
      refuse('OVERLOADED', 'Too many streams are open: come back later.', RETRY_AFTER_MS)
    if (ofAddress >= maxStreamsPerAddress)
      refuse('TOO_MANY_STREAMS', 'Too many streams are open from this address.', RETRY_AFTER_MS)
  }

  #forget(entry: Entry, address: string): void {
    if (!this.#entries.delete(entry)) return
    const left = (this.#byAddress.get(address) ?? 1) - 1
    if (left === 0) this.#byAddress.delete(address)
    else this.#byAddress.set(address, left)
    this.onChange()
  }
}
