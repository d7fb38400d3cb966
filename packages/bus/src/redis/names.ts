import type { Topic } from '../bus.js'

/** What a mesh calls its keys and channels; a channel and a key of one name carry the same. */
export interface Names {
  /** The key of a poll's state, and the channel on which its states are published. */
  results(pollId: number): string
  /** The one channel of any other topic. */
  channel(topic: Exclude<Topic, 'results'>): string
}

const CHANNELS = {
  progress: 'progress',
  polls_changed: 'polls:changed',
  connections: 'connections',
} satisfies Record<Exclude<Topic, 'results'>, string>

/** `prefix` stands before every name, so that several meshes can share a server. */
export const namesWith = (prefix: string): Names => ({
  results: (pollId) => `${prefix}results:${pollId}`,
  channel: (topic) => `${prefix}${CHANNELS[topic]}`,
})
