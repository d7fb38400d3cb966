import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'

/** Something scheduled that has not happened yet. */
export interface Scheduled {
  cancel(): void
}

/** Time as everything but an adapter sees it, so that tests can turn the hands. */
export interface Clock {
  /** Wall-clock time in epoch milliseconds: for people and for deadlines that cross processes. */
  now(): number
  /** Milliseconds from an arbitrary origin that never go back: for durations. */
  monotonicMs(): number
  setTimeout(run: () => void, ms: number): Scheduled
  /** Resolves once what the event loop has at hand is done. */
  turn(): Promise<void>
  /** Resolves after `ms`; rejects with the signal's reason as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

// Node fires at once, with a warning, when a timer is longer than a signed 32-bit number.
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimeout: (run, ms) => {
    const timer = setTimeout(run, Math.min(ms, LONGEST_TIMER_MS))
    return { cancel: () => clearTimeout(timer) }
  },
  turn: () => nextTurn(),
  sleep: async (ms, signal) => {
    try {
      await delay(Math.min(ms, LONGEST_TIMER_MS), undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      signal?.throwIfAborted() // Node wraps the reason in an AbortError of its own
      throw error
    }
  },
}
