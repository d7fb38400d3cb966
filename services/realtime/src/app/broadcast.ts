import type { Clock, Scheduled } from '@votestream/runtime'
import { nextFlushAtMs, SLICE_MS } from '../domain/flush-pace.js'
import type { StreamMeter } from '../domain/ports.js'
import type { Seat } from './seat.js'

/** Who has to be shown what has changed. */
export interface Audience {
  readonly seats: ReadonlySet<Seat>
}

/** Shows changes to audiences: at once when it is quiet, otherwise gathered, and never with more than half of the event loop. */
export class Broadcast {
  readonly #clock: Clock
  readonly #meter: StreamMeter
  readonly #changed = new Set<Audience>()
  #timer: Scheduled | undefined
  #flushing = false
  #notBeforeMs = -Infinity
  #stopped = false

  constructor({ clock, meter }: { clock: Clock; meter: StreamMeter }) {
    this.#clock = clock
    this.#meter = meter
  }

  /** Has an audience shown what its room shows by the next flush. */
  announce(audience: Audience): void {
    this.#changed.add(audience)
    this.#schedule()
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  #schedule(): void {
    if (this.#stopped || this.#flushing || this.#timer !== undefined) return
    // Never within the caller's tick: what one message changes leaves together.
    const waitMs = Math.max(this.#notBeforeMs - this.#clock.monotonicMs(), 0)
    this.#timer = this.#clock.setTimeout(() => void this.#flush(), waitMs)
  }

  async #flush(): Promise<void> {
    const startedAtMs = this.#clock.monotonicMs()
    this.#timer = undefined
    this.#flushing = true
    const audiences = [...this.#changed]
    this.#changed.clear()

    let sliceAtMs = startedAtMs
    let spentMs = 0
    for (const { seats } of audiences)
      for (const seat of seats) {
        seat.update()
        const sliceMs = this.#clock.monotonicMs() - sliceAtMs
        if (sliceMs < SLICE_MS) continue
        await this.#clock.sleep(sliceMs)
        spentMs += sliceMs
        sliceAtMs = this.#clock.monotonicMs()
      }

    const endedAtMs = this.#clock.monotonicMs()
    this.#meter.fannedOut(spentMs + endedAtMs - sliceAtMs)
    this.#notBeforeMs = nextFlushAtMs(startedAtMs, endedAtMs - sliceAtMs, endedAtMs)
    this.#flushing = false
    if (this.#changed.size > 0) this.#schedule()
  }
}
