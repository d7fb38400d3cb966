import { topics, type ResultsState, type Topic } from './bus.js'
import type { TopicItems } from './codec.js'
import { inOrder, newestPerKey, type Shelf } from './shelf.js'

/** At most 20 messages a second a poll: more than an eye can follow, and what a hot poll costs stays bounded. */
const POLL_INTERVAL_MS = 50

// While nothing can be sent, what waits stays below a few megabytes. What falls out is the oldest, and its owner can still be asked.
const CAPACITY = {
  results: 10_000,
  progress: 1_000,
  polls_changed: 10_000,
  connections: 100,
} satisfies Record<Topic, number>

/** Items that leave together, by topic. */
export type Load = { [T in Topic]: TopicItems[T][] }

/** Everything that waits to be sent. Of results and connections only the newest of each poll and each replica waits. */
export interface Outbox {
  add<T extends Topic>(topic: T, item: TopicItems[T]): void
  /** Takes what may leave now, or everything when `heedless` of the pace. */
  take(nowMs: number, heedless: boolean): Load
  putBack(load: Load): void
  /** How long until something may leave; undefined when nothing waits. */
  dueInMs(nowMs: number): number | undefined
}

const isNewer = (a: ResultsState, b: ResultsState): boolean =>
  a.version > b.version || (a.version === b.version && a.asOfUs > b.asOfUs)

/** `onDropped` is told of every item that gave way for want of room. */
export const makeOutbox = (onDropped: (topic: Topic) => void): Outbox => {
  const limits = <T extends Topic>(topic: T) => ({
    capacity: CAPACITY[topic],
    onDropped: () => onDropped(topic),
  })
  const always = (): boolean => true
  const shelves: { readonly [T in Topic]: Shelf<TopicItems[T]> } = {
    results: newestPerKey({
      ...limits('results'),
      keyOf: ({ pollId }) => pollId,
      replaces: isNewer,
      intervalMs: POLL_INTERVAL_MS,
    }),
    progress: inOrder(limits('progress')),
    polls_changed: newestPerKey({
      ...limits('polls_changed'),
      keyOf: (id) => id,
      replaces: always,
      intervalMs: 0,
    }),
    connections: newestPerKey({
      ...limits('connections'),
      keyOf: ({ replica }) => replica,
      replaces: always,
      intervalMs: 0,
    }),
  }

  return {
    add: (topic, item) => shelves[topic].add(item),
    take: (nowMs, heedless) => ({
      results: shelves.results.take(nowMs, heedless),
      progress: shelves.progress.take(nowMs, heedless),
      polls_changed: shelves.polls_changed.take(nowMs, heedless),
      connections: shelves.connections.take(nowMs, heedless),
    }),
    putBack: (load) => {
      shelves.results.putBack(load.results)
      shelves.progress.putBack(load.progress)
      shelves.polls_changed.putBack(load.polls_changed)
      shelves.connections.putBack(load.connections)
    },
    dueInMs: (nowMs) => {
      const dues = topics.map((topic) => shelves[topic].dueInMs(nowMs)).filter((due) => due !== undefined)
      return dues.length === 0 ? undefined : Math.min(...dues)
    },
  }
}
