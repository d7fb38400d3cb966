import { expect, test } from '@jest/globals'
import { createRegistry } from '@votestream/runtime'
import { fakeClock } from '@votestream/testing'
import { busMetrics } from './metrics.js'
import { makeSubscriptions } from './subscriptions.js'

const subscriptionsOn = (clock = fakeClock()) => {
  const metrics = busMetrics(createRegistry('test'))
  return { clock, metrics, subscriptions: makeSubscriptions(clock, metrics) }
}

test('a replica that said 0 streams, and one that was silent for 10 s, no longer count', async () => {
  const { clock, subscriptions } = subscriptionsOn()

  subscriptions.receive('connections', '[["a",3],["b",4]]')
  await clock.advance(6_000)
  subscriptions.receive('connections', '[["b",0],["c",1]]')

  expect(subscriptions.totalConnections()).toBe(4)
  await clock.advance(4_000)
  expect(subscriptions.totalConnections()).toBe(1)
  await clock.advance(6_000)
  expect(subscriptions.totalConnections()).toBe(0)
})

test('a watcher hears its own poll only, until it stops', () => {
  const { subscriptions } = subscriptionsOn()
  const heard: number[] = []

  const stop = subscriptions.watchResults(1, ({ version }) => heard.push(version))
  subscriptions.receive('results', '[[1,5,"open",0,[]],[2,6,"open",0,[]]]')
  stop()
  subscriptions.receive('results', '[[1,7,"open",0,[]]]')

  expect(heard).toEqual([5])
})

test('a watcher that stops twice takes no other with it', () => {
  const { subscriptions } = subscriptionsOn()
  const heard: number[] = []
  const ignore = (): void => undefined

  const stop = subscriptions.watchResults(1, ignore)
  stop()
  subscriptions.watchResults(1, ({ version }) => heard.push(version))
  stop()
  subscriptions.receive('results', '[[1,5,"open",0,[]]]')

  expect(heard).toEqual([5])
})

test('a malformed message is counted and reaches nobody', async () => {
  const { metrics, subscriptions } = subscriptionsOn()
  const heard: unknown[] = []
  subscriptions.watchResults(1, (state) => heard.push(state))
  subscriptions.pollsChanged.add((ids) => heard.push(ids))

  subscriptions.receive('results', '[[1,5,"open",0,[]],"?"]')
  subscriptions.receive('polls_changed', '{}')
  subscriptions.receive('progress', 'not json')
  subscriptions.receive('connections', '[[]]')

  expect(heard).toEqual([])
  expect((await metrics.malformed.get()).values.map(({ value }) => value)).toEqual([1, 1, 1, 1])
})
