import { topics, type Topic } from './bus.js'
import { encodeItem } from './codec.js'
import type { BusMetrics } from './metrics.js'
import type { Load } from './outbox.js'
import { pack } from './pack.js'

/** One message on the wire: a list of items. */
export interface Message {
  readonly topic: Topic
  readonly payload: string
}

/** Encodes a load into as few messages of at most `maxBytes` as that allows; counts what fits none. */
export const messagesOf = (load: Load, maxBytes: number, metrics: BusMetrics): Message[] => {
  const encoded: { [T in Topic]: string[] } = {
    results: load.results.map((state) => encodeItem('results', state)),
    progress: load.progress.map((progress) => encodeItem('progress', progress)),
    polls_changed: load.polls_changed.map((pollId) => encodeItem('polls_changed', pollId)),
    connections: load.connections.map((connections) => encodeItem('connections', connections)),
  }
  return topics.flatMap((topic) => {
    const { payloads, oversized } = pack(encoded[topic], maxBytes)
    if (oversized > 0) metrics.dropped.inc({ topic, cause: 'oversized' }, oversized)
    return payloads.map((payload) => ({ topic, payload }))
  })
}
