/** Wakes one waiter. */
export interface WakeUp {
  raise(): void
  /** Settles when it was raised since the last time it settled, or when `enough` aborts. */
  raised(enough: AbortSignal): Promise<void>
}

export const makeWakeUp = (): WakeUp => {
  let pending = false
  let wake: (() => void) | undefined
  return {
    raise() {
      pending = true
      wake?.()
    },
    raised: (enough) =>
      new Promise((resolve) => {
        const finish = (): void => {
          enough.removeEventListener('abort', finish)
          wake = undefined
          pending = false
          resolve()
        }
        wake = finish
        enough.addEventListener('abort', finish)
        if (pending || enough.aborted) finish()
      }),
  }
}
