import type { Clock } from '@votestream/runtime'
import { CONNECTIONS_KEPT_MS, type Progress, type ResultsState, type Topic } from './bus.js'
import { decodeMessage } from './codec.js'
import { makeListeners, type Listeners } from './listeners.js'
import type { BusMetrics } from './metrics.js'

/** Who wants to hear what, and what is known from hearing. */
export interface Subscriptions {
  watchResults(pollId: number, listener: (state: ResultsState) => void): () => void
  readonly progress: Listeners<[Progress]>
  readonly pollsChanged: Listeners<[pollIds: readonly number[]]>
  totalConnections(): number
  /** Hands a message on to whom it concerns; a malformed one is counted and ignored. */
  readonly receive: (topic: Topic, payload: string) => void
}

export const makeSubscriptions = (clock: Clock, metrics: BusMetrics): Subscriptions => {
  const watchers = new Map<number, Listeners<[ResultsState]>>()
  const progress = makeListeners<[Progress]>()
  const pollsChanged = makeListeners<[pollIds: readonly number[]]>()
  const replicas = new Map<string, { readonly count: number; readonly heardAtMs: number }>()

  const forgetSilentReplicas = (): void => {
    const silentSinceMs = clock.monotonicMs() - CONNECTIONS_KEPT_MS
    for (const [replica, { heardAtMs }] of replicas) if (heardAtMs <= silentSinceMs) replicas.delete(replica)
  }

  /** Undefined when the payload is malformed. */
  const deliver: { readonly [T in Topic]: (payload: string) => unknown } = {
    results: (payload) =>
      decodeMessage('results', payload)?.map((state) => watchers.get(state.pollId)?.call(state)),
    progress: (payload) => decodeMessage('progress', payload)?.map((item) => progress.call(item)),
    polls_changed: (payload) => {
      const pollIds = decodeMessage('polls_changed', payload)
      if (pollIds !== undefined) pollsChanged.call(pollIds)
      return pollIds
    },
    connections: (payload) => {
      forgetSilentReplicas() // so that restarted replicas do not pile up where nobody asks for the total
      const heardAtMs = clock.monotonicMs()
      return decodeMessage('connections', payload)?.map(({ replica, count }) =>
        replicas.set(replica, { count, heardAtMs }),
      )
    },
  }

  return {
    progress,
    pollsChanged,
    watchResults: (pollId, listener) => {
      const listeners = watchers.get(pollId) ?? makeListeners<[ResultsState]>()
      watchers.set(pollId, listeners)
      const remove = listeners.add(listener)
      return () => {
        remove()
        if (listeners.size() === 0 && watchers.get(pollId) === listeners) watchers.delete(pollId)
      }
    },
    totalConnections: () => {
      forgetSilentReplicas()
      return [...replicas.values()].reduce((sum, { count }) => sum + count, 0)
    },
    receive: (topic, payload) => {
      metrics.received.inc({ topic })
      if (deliver[topic](payload) === undefined) metrics.malformed.inc({ topic })
    },
  }
}
