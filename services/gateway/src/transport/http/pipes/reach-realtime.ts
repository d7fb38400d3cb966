import type { Clock } from '@votestream/runtime'
import type { Replicas } from './replicas.js'
import { type Forwarded, openUpstream, type Reached, realtimeIsAway } from './upstream.js'

/** realtime answers a handshake from memory, or after one read of 2.7 s at most. */
export const HANDSHAKE_WITHIN_MS = 2_900

/** More would leave each of them too little time. */
const MOST_TRIES = 3

/** Says that a replica drains, or has no place left. */
const ELSEWHERE = 503

/**
 * Asks the replicas of realtime in turn until one answers; who cannot be reached, is silent for its share of the time or says 503 is passed
 * over. Resolves with the last 503 when nobody says anything better. Throws unavailable `UNAVAILABLE`.
 */
export type ReachRealtime = (forwarded: Forwarded, left: AbortSignal) => Promise<Reached>

export const makeReachRealtime =
  (replicas: Replicas, clock: Pick<Clock, 'monotonicMs'>): ReachRealtime =>
  async (forwarded, left) => {
    const endsAtMs = clock.monotonicMs() + HANDSHAKE_WITHIN_MS
    const places = replicas.inTurn().slice(0, MOST_TRIES)
    let failure: unknown
    let refused: Reached | undefined
    for (const [index, upstream] of places.entries()) {
      const withinMs = (endsAtMs - clock.monotonicMs()) / (places.length - index)
      try {
        const reached = await openUpstream(upstream, forwarded, { withinMs, left })
        refused?.answer.destroy()
        if (reached.answer.statusCode !== ELSEWHERE) {
          replicas.worked(upstream)
          return reached
        }
        refused = reached
      } catch (error) {
        failure = error
      }
      if (left.aborted) break
      replicas.failed(upstream)
    }
    if (refused === undefined) throw realtimeIsAway(failure)
    return refused
  }
