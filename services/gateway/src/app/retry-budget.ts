/** What each call adds: retries stay below a tenth of the calls, so that they cannot multiply an overload. */
const EARNED_PER_CALL = 0.1
/** What can be saved up: enough to retry all calls that fly when one replica of votes dies, or that gather before it is known to hang. */
const MOST_SAVED = 20

export interface RetryBudget {
  /** Notes a first call. */
  earn(): void
  /** Takes one retry, if there is one. */
  spend(): boolean
}

/** Makes a budget for retries of one tenth of the calls; it starts full. */
export const makeRetryBudget = (): RetryBudget => {
  let saved = MOST_SAVED
  return {
    earn() {
      saved = Math.min(MOST_SAVED, saved + EARNED_PER_CALL)
    },
    spend() {
      if (saved < 1) return false
      saved -= 1
      return true
    },
  }
}
