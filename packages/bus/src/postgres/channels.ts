import type { Topic } from '../bus.js'

const PREFIX = 'votestream_'

/** A topic's channel; it needs no quotes in SQL. */
export const channelOf = (topic: Topic): string => `${PREFIX}${topic}`

/** The topic behind a channel that `channelOf` named. */
export const topicOf = (channel: string): Topic => channel.slice(PREFIX.length) as Topic
