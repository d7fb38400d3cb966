import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { reportConnections } from './report-connections.js'

const aReplica = () => {
  const clock = fakeClock()
  const state = { count: 0 }
  const reported: [atMs: number, count: number][] = []
  const reports = reportConnections({
    board: { publishConnections: (_replica, count) => reported.push([clock.monotonicMs(), count]) },
    replica: 'one',
    count: () => state.count,
    clock,
  })
  const change = (count: number): void => {
    state.count = count
    reports.changed()
  }
  return { clock, reported, reports, change }
}

test('changes within 100 ms are one report', async () => {
  const { clock, reported, change } = aReplica()

  change(1)
  await clock.advance(99)
  change(5)
  await clock.advance(1)

  expect(reported).toEqual([[100, 5]])
})

test('a number is repeated every 3 s while it is not 0', async () => {
  const { clock, reported, change } = aReplica()

  change(2)
  await clock.advance(6_100)
  change(0)
  await clock.advance(60_000)

  expect(reported).toEqual([
    [100, 2],
    [3_100, 2],
    [6_100, 2],
    [6_200, 0],
  ])
})

test('a replica that stops says 0 at once, unless it has said so already', async () => {
  const [busy, idle] = [aReplica(), aReplica()]
  busy.change(3)
  await busy.clock.advance(200)

  await busy.reports.stop()
  await idle.reports.stop()
  await busy.clock.advance(60_000)

  expect(busy.reported.at(-1)).toEqual([200, 0])
  expect(idle.reported).toEqual([])
})
