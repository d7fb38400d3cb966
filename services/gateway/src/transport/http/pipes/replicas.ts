import type { Clock } from '@votestream/runtime'
import type { Upstream } from './upstream.js'

/** Short enough that a replica which is back is used at once, long enough that one which is gone costs a viewer in a second, not each. */
export const AVOIDED_FOR_MS = 1_000

interface Replica {
  readonly upstream: Upstream
  /** Failed when it was last tried. */
  suspect: boolean
  avoidedUntilMs: number
}

/** The replicas of realtime, and which of them failed lately. */
export interface Replicas {
  /** Where to try, in this order: each replica is first in its turn, and those that failed within the last second come last. */
  inTurn(): readonly Upstream[]
  failed(upstream: Upstream): void
  worked(upstream: Upstream): void
}

export const makeReplicas = (upstreams: readonly Upstream[], clock: Pick<Clock, 'monotonicMs'>): Replicas => {
  const replicas: readonly Replica[] = upstreams.map((upstream) => ({
    ...{ upstream, suspect: false, avoidedUntilMs: -Infinity },
  }))
  const find = (upstream: Upstream): Replica | undefined =>
    replicas.find((replica) => replica.upstream === upstream)
  let turn = 0

  return {
    inTurn() {
      const nowMs = clock.monotonicMs()
      const from = turn++ % replicas.length
      const rotated = [...replicas.slice(from), ...replicas.slice(0, from)]
      const good = rotated.filter(({ avoidedUntilMs }) => avoidedUntilMs <= nowMs)
      const [first] = good
      // One viewer finds out whether it is back; the others do not wait for that.
      if (first?.suspect === true) first.avoidedUntilMs = nowMs + AVOIDED_FOR_MS
      return [...good, ...rotated.filter((replica) => !good.includes(replica))].map(
        ({ upstream }) => upstream,
      )
    },
    failed(upstream) {
      Object.assign(find(upstream) ?? {}, {
        suspect: true,
        avoidedUntilMs: clock.monotonicMs() + AVOIDED_FOR_MS,
      })
    },
    worked(upstream) {
      Object.assign(find(upstream) ?? {}, { suspect: false, avoidedUntilMs: -Infinity })
    },
  }
}
