import type { Clock } from '@votestream/runtime'
import { CONNECTIONS_KEPT_MS } from './bus.js'
import type { ReplicaConnections } from './codec.js'

/** How many streams each replica has open, as far as it was heard in the last 10 s. */
export interface ReplicaCounts {
  /** Notes what a replica said `agoMs` ago. */
  hear(connections: ReplicaConnections, agoMs: number): void
  total(): number
}

export const makeReplicaCounts = (clock: Clock): ReplicaCounts => {
  const replicas = new Map<string, { readonly count: number; readonly heardAtMs: number }>()

  const forgetSilent = (): void => {
    const silentSinceMs = clock.monotonicMs() - CONNECTIONS_KEPT_MS
    for (const [replica, { heardAtMs }] of replicas) if (heardAtMs <= silentSinceMs) replicas.delete(replica)
  }

  return {
    hear: ({ replica, count }, agoMs) => {
      forgetSilent() // so that restarted replicas do not pile up where nobody asks for the total
      const heardAtMs = clock.monotonicMs() - agoMs
      if ((replicas.get(replica)?.heardAtMs ?? -Infinity) <= heardAtMs)
        replicas.set(replica, { count, heardAtMs })
    },
    total: () => {
      forgetSilent()
      return [...replicas.values()].reduce((sum, { count }) => sum + count, 0)
    },
  }
}
