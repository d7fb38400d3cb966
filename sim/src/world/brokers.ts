import type { GroupModel } from './group-model.js'
import type { TopicModel } from './topic-model.js'
import type { World } from './world.js'

/** What clients find at the brokers. */
export interface Brokers {
  readonly world: World
  readonly topic: TopicModel
  readonly group: GroupModel
}

/** What kafkajs says when it cannot reach them. */
export const connectionError = (): Error =>
  Object.assign(new Error('Connection error'), { name: 'KafkaJSConnectionError', retriable: true })
