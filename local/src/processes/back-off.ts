const FIRST_MS = 100
/** Services are promised to be back within seconds: waiting longer than this helps nobody on one machine. */
const MOST_MS = 1000
/** A process that lived this long was well; its next death starts from the shortest wait again. */
const WELL_AFTER_MS = 5000

export interface BackOff {
  /** How long to wait before the next start, given how long the process that just ended had lived. */
  next(livedMs: number): number
}

/** Waits double from 100 ms to 1 s while a process keeps dying young. */
export function backOff(): BackOff {
  let waitMs = FIRST_MS
  return {
    next(livedMs) {
      if (livedMs >= WELL_AFTER_MS) waitMs = FIRST_MS
      const now = waitMs
      waitMs = Math.min(MOST_MS, waitMs * 2)
      return now
    },
  }
}
