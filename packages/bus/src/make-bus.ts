import type { Component } from '@votestream/runtime'
import type { Bus, Topic } from './bus.js'
import type { Listeners } from './listeners.js'
import { splitProgress } from './pack.js'
import type { Publisher } from './publisher.js'
import type { Subscriptions } from './subscriptions.js'

/** What an adapter brings: the ways out and in, and what starts and stops them. */
export interface BusParts extends Required<Component> {
  readonly publisher: Pick<Publisher<never>, 'add' | 'flush'>
  readonly subscriptions: Subscriptions
  readonly ready: Listeners
  readonly listen: readonly Topic[]
  readonly isConnected: () => boolean
}

/** The port over an adapter's parts. */
export const makeBus = (parts: BusParts): Bus => {
  const { publisher, subscriptions, ready, listen, isConnected, start, stop } = parts

  const subscribed = (topic: Topic): Subscriptions => {
    if (!listen.includes(topic)) throw new Error(`this bus does not listen to ${topic}`)
    return subscriptions
  }

  let stopping: Promise<void> | undefined

  return {
    start,
    stop: () => (stopping ??= stop()),
    get connected() {
      return isConnected()
    },
    flush: () => publisher.flush(),
    publishResults: (states) => publisher.add('results', states),
    publishProgress: (progress) => publisher.add('progress', splitProgress(progress)),
    publishPollsChanged: (pollIds) => publisher.add('polls_changed', pollIds),
    publishConnections: (replica, count) => publisher.add('connections', [{ replica, count }]),
    watchResults: (pollId, tell) => subscribed('results').watchResults(pollId, tell),
    onProgress: (tell) => subscribed('progress').progress.add(tell),
    onPollsChanged: (tell) => subscribed('polls_changed').pollsChanged.add(tell),
    totalConnections: () => subscribed('connections').totalConnections(),
    onReady: (tell) => ready.add(tell),
  }
}
