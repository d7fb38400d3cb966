import type { Clock } from '@votestream/runtime'
import type { VoteStore } from '../../domain/ports.js'
import type { BrokerWatch } from './broker-watch.js'
import { brokersUnavailable, lagBehind, type PartitionEnds } from './topic.js'

/** The whole question; whoever asks waits for 2.7 s at most (`CALL_WITHIN_MS` of the gateway). */
const CERTAIN_WITHIN_MS = 2_400
/** How long it may wait until the fold has come to the end of the log as it was told. */
const CATCH_UP_WITHIN_MS = 1_000
const CATCH_UP_POLL_MS = 25
/**
 * A broker that thaws may answer a question before it reads an append that was sent earlier on another connection: for this long after it
 * came back nobody says that a vote is not in the log.
 */
const CERTAIN_AFTER_UP_MS = 2_000
/** So late an answer may come from brokers that stood still meanwhile, which nobody else has noticed. */
const SLOW_ANSWER_MS = 700
/** They are asked once more after this: an append that lay in a socket while they stood still has been read by then. */
const ASK_AGAIN_AFTER_MS = 1_000
const RETRY_AFTER_MS = 1_000

interface Deps {
  readonly watch: Pick<BrokerWatch, 'ends' | 'upForMs'>
  readonly store: Pick<VoteStore, 'readBookmarks'>
  readonly clock: Clock
}

/** Where the partitions end, of brokers that did not stand still while they were asked, nor shortly before. */
const certainEnds = async ({ watch, clock }: Deps, untilMs: number): Promise<readonly PartitionEnds[]> => {
  for (;;) {
    const askedMs = clock.monotonicMs()
    const ends = await watch.ends().catch(() => {
      throw brokersUnavailable(RETRY_AFTER_MS)
    })
    const answeredMs = clock.monotonicMs()
    const isSlow = answeredMs - askedMs > SLOW_ANSWER_MS
    const waitMs = Math.max(isSlow ? ASK_AGAIN_AFTER_MS : 0, CERTAIN_AFTER_UP_MS - watch.upForMs)
    if (waitMs <= 0) return ends
    if (answeredMs + waitMs > untilMs) throw brokersUnavailable(RETRY_AFTER_MS)
    await clock.sleep(waitMs)
  }
}

/**
 * False when everything that the log holds at the moment of the question is folded, wherever it lies; true when the fold does not come there in
 * time. Waits for brokers that have come back just now; throws `unavailable` when they do not say, or not for certain, in time.
 */
export const mayHoldUnfolded = async (deps: Deps): Promise<boolean> => {
  const { store, clock } = deps
  const untilMs = clock.monotonicMs() + CERTAIN_WITHIN_MS
  const ends = await certainEnds(deps, untilMs)
  const caughtUpMs = Math.min(clock.monotonicMs() + CATCH_UP_WITHIN_MS, untilMs)
  while (lagBehind(ends, await store.readBookmarks()) > 0) {
    if (clock.monotonicMs() > caughtUpMs) return true
    await clock.sleep(CATCH_UP_POLL_MS)
  }
  return false
}
