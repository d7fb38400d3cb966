import type { Clock } from '@votestream/runtime'

interface Timer {
  readonly dueMs: number
  readonly run: () => void
}

export interface FakeClock extends Clock {
  /** Moves time forward, running due timers in order and letting promises settle between them. */
  advance(ms: number): Promise<void>
}

/** Lets everything that waits for already settled promises run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A clock that stands still until `advance` is called; starts at `startMs` (epoch milliseconds). */
export const fakeClock = (startMs = Date.UTC(2026, 0, 1)): FakeClock => {
  const timers = new Set<Timer>()
  let elapsedMs = 0

  const setTimer = (run: () => void, ms: number): { cancel(): void } => {
    const timer = { dueMs: elapsedMs + ms, run }
    timers.add(timer)
    return { cancel: () => void timers.delete(timer) }
  }

  const nextDue = (untilMs: number): Timer | undefined =>
    [...timers].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0]

  return {
    now: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    setTimeout: setTimer,
    turn: settle,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimer(resolve, ms)
        const abort = (): void => {
          timer.cancel()
          reject(signal?.reason as Error)
        }
        if (signal?.aborted === true) abort()
        else signal?.addEventListener('abort', abort)
      }),
    advance: async (ms) => {
      const untilMs = elapsedMs + ms
      await settle()
      for (let timer = nextDue(untilMs); timer; timer = nextDue(untilMs)) {
        timers.delete(timer)
        elapsedMs = Math.max(elapsedMs, timer.dueMs)
        timer.run()
        await settle()
      }
      elapsedMs = untilMs
    },
  }
}
