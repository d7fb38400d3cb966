import { expect, test } from '@jest/globals'
import { aRegistry, fakeClock } from '@votestream/testing'
import { exposeStreamGauges } from './stream-meter.js'

const levels = async (rooms: readonly { stale: boolean; confirmedAtMs: number }[]): Promise<string[]> => {
  const registry = aRegistry()
  const clock = fakeClock()
  await clock.advance(10_000)
  const nowMs = clock.monotonicMs()
  const set = new Set(
    rooms.map(({ stale, confirmedAtMs }) => ({ stale, confirmedAtMs: nowMs - 10_000 + confirmedAtMs })),
  )
  exposeStreamGauges(registry, { streams: { count: () => 7 }, rooms: set, maxStreams: 20, clock })
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('votestream_'))
}

test('streams are shown with the most that there may be', async () => {
  expect(await levels([])).toEqual(
    expect.arrayContaining(['votestream_realtime_connections 7', 'votestream_realtime_max_connections 20']),
  )
})

test('the room that was confirmed longest ago gives the age, and one that never was is only stale', async () => {
  const lines = await levels([
    { stale: false, confirmedAtMs: 9_000 },
    { stale: true, confirmedAtMs: 4_000 },
    { stale: true, confirmedAtMs: -Infinity },
  ])

  expect(lines).toEqual(
    expect.arrayContaining([
      'votestream_realtime_oldest_confirmation_seconds 6',
      'votestream_realtime_rooms 3',
      'votestream_realtime_stale_rooms 2',
    ]),
  )
})

test('without a room nothing is old', async () => {
  expect(await levels([])).toContain('votestream_realtime_oldest_confirmation_seconds 0')
})
