import type { Clock, Logger, Scheduled } from '@votestream/runtime'
import type { Kernel } from './kernel.js'

/** Where clocks of processes begin: 2026-01-01. */
const EPOCH_MS = Date.UTC(2026, 0, 1)

/** Keeps an order: the kernel shuffles what happens in one moment. */
const TICK_MS = 0.000_1

/** What the world does to one exchange with it. */
export interface Weather {
  /** Milliseconds on the way there and back. */
  readonly thereMs: number
  readonly backMs: number
  /** Undefined when all is well; `request`: it never arrived; `answer`: it took effect, and nobody heard so. */
  readonly lost?: 'request' | 'answer' | undefined
}

interface Options {
  readonly kernel: Kernel
  readonly name: string
  readonly logger: Logger
  /** How far this process's wall clock is off. */
  readonly skewMs: number
  /** What becomes of the next exchange; `what` names its kind. */
  readonly weather: (what: string) => Weather
  /** Told of everything that this process sends. */
  readonly onSent?: (what: string) => void
}

/** One process: its clock and its exchanges with the world end with it, and stand still with it. */
export class SimProcess {
  readonly name: string
  readonly logger: Logger
  readonly clock: Clock
  readonly #options: Options
  #alive = true
  #frozen = false
  #thawedMs = -Infinity
  #postponed: (() => void)[] = []

  constructor(options: Options) {
    this.#options = options
    this.name = options.name
    this.logger = options.logger
    this.clock = this.#makeClock()
  }

  get alive(): boolean {
    return this.#alive
  }

  get frozen(): boolean {
    return this.#frozen
  }

  /** kill -9: nothing of it happens any more; what it has sent is still on its way. */
  crash(): void {
    this.#alive = false
    this.#postponed = []
  }

  /** When this process stood still last; negative infinity when it never did. */
  get stoodStillMs(): number {
    return this.#frozen ? this.#options.kernel.nowMs : this.#thawedMs
  }

  freeze(): void {
    this.#frozen = true
  }

  /** What came meanwhile happens now, in its order. */
  thaw(): void {
    this.#frozen = false
    this.#thawedMs = this.#options.kernel.nowMs
    const postponed = this.#postponed
    this.#postponed = []
    postponed.forEach((run, index) => {
      this.#options.kernel.after(index * TICK_MS, `${this.name}: thawed`, () => this.#within(run))
    })
  }

  /** An exchange with the world: `effect` happens there, and what it gives, or throws, comes back, unless something gets lost. */
  exchange<T>(what: string, effect: () => T, whenLost: () => Error): Promise<T> {
    return this.request(what, (reply) => reply(effect), whenLost)
  }

  /** An exchange whose answer may take its time: what is given to `reply` is what comes back. */
  request<T>(
    what: string,
    effect: (reply: (result: () => T) => void) => void,
    whenLost: () => Error,
  ): Promise<T> {
    const { kernel, weather, onSent } = this.#options
    const { thereMs, backMs, lost } = weather(what)
    onSent?.(what)
    return new Promise<T>((resolve, reject) => {
      const answer = (settle: () => void): void => {
        kernel.after(backMs, `${this.name} <- ${what}`, () => this.#within(settle))
      }
      const reply = (result: () => T): void => {
        try {
          const value = result()
          answer(() => (lost === 'answer' ? reject(whenLost()) : resolve(value)))
        } catch (error) {
          answer(() => reject(lost === 'answer' ? whenLost() : (error as Error)))
        }
      }
      kernel.after(thereMs, `${this.name} -> ${what}`, () =>
        lost === 'request' ? answer(() => reject(whenLost())) : effect(reply),
      )
    })
  }

  /** Something comes from the world to this process. */
  deliver(ms: number, what: string, run: () => void): Scheduled {
    return this.#options.kernel.after(ms, `${this.name} <- ${what}`, () => this.#within(run))
  }

  #within(run: () => void): void {
    if (!this.#alive) return
    if (this.#frozen) this.#postponed.push(run)
    else run()
  }

  #makeClock(): Clock {
    const { kernel, skewMs } = this.#options
    const setTimer = (run: () => void, ms: number): Scheduled => {
      let cancelled = false
      const event = kernel.after(ms, `${this.name}: timer`, () => this.#within(() => cancelled || run()))
      return {
        cancel: () => {
          cancelled = true
          event.cancel()
        },
      }
    }
    return {
      now: () => EPOCH_MS + skewMs + kernel.nowMs,
      monotonicMs: () => kernel.nowMs,
      setTimeout: setTimer,
      turn: () => new Promise((resolve) => void setTimer(resolve, 0)),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          const abort = (): void => {
            timer.cancel()
            reject(signal?.reason as Error)
          }
          const timer = setTimer(() => {
            signal?.removeEventListener('abort', abort)
            resolve()
          }, ms)
          if (signal?.aborted === true) abort()
          else signal?.addEventListener('abort', abort)
        }),
    }
  }
}
