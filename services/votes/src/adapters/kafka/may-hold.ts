import type { Clock } from '@votestream/runtime'
import type { VoteStore } from '../../domain/ports.js'
import type { BrokerWatch } from './broker-watch.js'
import { brokersUnavailable, lagBehind } from './topic.js'

/** How long a question for the end of the log may wait until the fold has come there. */
const CATCH_UP_WITHIN_MS = 1_000
const CATCH_UP_POLL_MS = 25
/**
 * A broker that thaws may answer a question before it reads an append that was sent earlier on another connection: for this long after it
 * came back nobody says that a vote is not in the log.
 */
const CERTAIN_AFTER_UP_MS = 2_000
/** So late an answer may come from brokers that stood still meanwhile, which nobody else has noticed. */
const SLOW_ANSWER_MS = 700
const RETRY_AFTER_MS = 1_000

interface Deps {
  readonly watch: Pick<BrokerWatch, 'ends' | 'upForMs'>
  readonly store: Pick<VoteStore, 'readBookmarks'>
  readonly clock: Clock
}

/**
 * False when everything that the log holds at the moment of the question is folded, wherever it lies; true when the fold does not come there in
 * a second. Throws `unavailable` while the brokers do not say, or have come back just now.
 */
export const mayHoldUnfolded = async ({ watch, store, clock }: Deps): Promise<boolean> => {
  const askedMs = clock.monotonicMs()
  const ends = await watch.ends().catch(() => {
    throw brokersUnavailable(RETRY_AFTER_MS)
  })
  const isSlow = clock.monotonicMs() - askedMs > SLOW_ANSWER_MS
  if (isSlow || watch.upForMs < CERTAIN_AFTER_UP_MS) throw brokersUnavailable(RETRY_AFTER_MS)
  const until = clock.monotonicMs() + CATCH_UP_WITHIN_MS
  while (lagBehind(ends, await store.readBookmarks()) > 0) {
    if (clock.monotonicMs() > until) return true
    await clock.sleep(CATCH_UP_POLL_MS)
  }
  return false
}
