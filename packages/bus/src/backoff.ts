const FIRST_MS = 50
// What is missed meanwhile shows as staleness, and the promises about recovery count on this cap.
const LONGEST_MS = 1_000

/** How long to wait after failures in a row. */
export interface Backoff {
  /** Whether the last attempt failed. */
  readonly failing: boolean
  /** Notes a failure; gives the time to wait before the next attempt. */
  fail(): number
  succeed(): void
}

export const makeBackoff = (): Backoff => {
  let waitMs = 0
  return {
    get failing() {
      return waitMs > 0
    },
    fail: () => (waitMs = Math.min(Math.max(waitMs * 2, FIRST_MS), LONGEST_MS)),
    succeed: () => {
      waitMs = 0
    },
  }
}
