import { unavailable } from '@votestream/errors'
import type { Clock } from '@votestream/runtime'
import type { PollClose } from '../domain/ballot.js'
import type { VoteLog, VoteStore } from '../domain/ports.js'

/** A fold takes some ten milliseconds. */
const LOOK_EVERY_MS = 25
/** The answer's way back. */
const MARGIN_MS = 100

interface Deps {
  readonly store: Pick<VoteStore, 'partitionsStillOpen'>
  readonly log: Pick<VoteLog, 'close'>
  readonly clock: Clock
}

interface Call {
  /** Epoch milliseconds. */
  readonly deadlineAt: number
  readonly signal: AbortSignal
}

/**
 * Ends a poll in every partition of the log where it has not ended yet, and waits until that is folded or the time is up; false then, and the
 * caller asks again. Asking again is harmless: of several ends the first counts. Throws unavailable `OVERLOADED` or `UNAVAILABLE` when the
 * log does not take an end, or what the store throws.
 */
export const makeClosePoll =
  ({ store, log, clock }: Deps) =>
  async (close: PollClose, { deadlineAt, signal }: Call): Promise<boolean> => {
    const stillOpen = await store.partitionsStillOpen(close.pollId)
    if (stillOpen.length === 0) return true
    const appended = await log.close(close, stillOpen)
    for (const each of appended)
      if (each.status === 'refused')
        throw unavailable(each.reason, 'the log does not take the end of the poll', each)
    while (!signal.aborted && clock.now() + LOOK_EVERY_MS + MARGIN_MS < deadlineAt) {
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
      if ((await store.partitionsStillOpen(close.pollId)).length === 0) return true
    }
    return false
  }
