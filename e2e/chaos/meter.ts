import type { Tally } from './tally.js'

/** Measures how many votes a second are decided while nothing is broken. */
export interface Meter {
  /** All is well from now on. */
  calm(): void
  /** It no longer is. */
  broken(): void
  /** Over all calm times so far; 0 before the first one. */
  votesPerSecond(): number
}

export const makeMeter = (tally: Tally): Meter => {
  let [votes, calmMs] = [0, 0]
  let since: { readonly votes: number; readonly ms: number } | undefined
  return {
    calm: () => void (since ??= { votes: tally.decided, ms: performance.now() }),
    broken() {
      if (since === undefined) return
      votes += tally.decided - since.votes
      calmMs += performance.now() - since.ms
      since = undefined
    },
    votesPerSecond: () => (calmMs === 0 ? 0 : (votes * 1_000) / calmMs),
  }
}
