import type { Clock } from '@votestream/runtime'
import type { Progress, ResultsState, Topic } from './bus.js'
import { decodeMessage, type ReplicaConnections } from './codec.js'
import { makeListeners, type Listeners } from './listeners.js'
import type { BusMetrics } from './metrics.js'
import { makeReplicaCounts } from './replica-counts.js'

/** Who wants to hear what, and what is known from hearing. */
export interface Subscriptions {
  watchResults(pollId: number, listener: (state: ResultsState) => void): () => void
  readonly progress: Listeners<[Progress]>
  readonly pollsChanged: Listeners<[pollIds: readonly number[]]>
  totalConnections(): number
  /** Notes a replica's number of open streams that was true `agoMs` ago. */
  hearConnections(connections: ReplicaConnections, agoMs: number): void
  /** Hands a message on to whom it concerns; a malformed one is counted and ignored. */
  readonly receive: (topic: Topic, payload: string) => void
}

/** `onWatched` is told when the first watcher of a poll comes and when the last one has gone. */
export const makeSubscriptions = (
  clock: Clock,
  metrics: BusMetrics,
  onWatched: (pollId: number, watched: boolean) => void = () => undefined,
): Subscriptions => {
  const watchers = new Map<number, Listeners<[ResultsState]>>()
  const progress = makeListeners<[Progress]>()
  const pollsChanged = makeListeners<[pollIds: readonly number[]]>()
  const replicas = makeReplicaCounts(clock)

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
    connections: (payload) =>
      decodeMessage('connections', payload)?.map((connections) => replicas.hear(connections, 0)),
  }

  return {
    progress,
    pollsChanged,
    hearConnections: (connections, agoMs) => replicas.hear(connections, agoMs),
    watchResults: (pollId, listener) => {
      const listeners = watchers.get(pollId) ?? makeListeners<[ResultsState]>()
      const remove = listeners.add(listener)
      if (!watchers.has(pollId)) {
        watchers.set(pollId, listeners)
        onWatched(pollId, true)
      }
      return () => {
        remove()
        if (listeners.size() > 0 || watchers.get(pollId) !== listeners) return
        watchers.delete(pollId)
        onWatched(pollId, false)
      }
    },
    totalConnections: () => replicas.total(),
    receive: (topic, payload) => {
      metrics.received.inc({ topic })
      if (deliver[topic](payload) === undefined) metrics.malformed.inc({ topic })
    },
  }
}
