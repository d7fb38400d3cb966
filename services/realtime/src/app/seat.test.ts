import { describe, expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { aMeter, aViewer } from '../../test/fakes.js'
import type { Frame } from '../domain/room.js'
import { Seat } from './seat.js'

const KIB = 1024
const BLOCKED_MS = 25_000

const aSeat = () => {
  const clock = fakeClock()
  const viewer = aViewer()
  const meter = aMeter()
  const shown = { frame: undefined as Frame | undefined }
  const show = (revision: number): void => {
    shown.frame = { revision, version: revision, json: Buffer.from('{}') }
    seat.update()
  }
  const seat = new Seat({ viewer, frame: () => shown.frame, blockedMs: BLOCKED_MS, clock, meter })
  return { clock, viewer, meter, seat, show }
}

describe('a viewer', () => {
  test('is sent every revision once', () => {
    const { viewer, seat, show, meter } = aSeat()

    seat.update()
    show(1)
    seat.update()
    show(2)

    expect(viewer.versions()).toEqual([1, 2])
    expect(meter.counts.sent).toBe(2)
  })

  test('that still has 64 KiB to read is sent more; with one byte above that it is left out', () => {
    const { viewer, show, meter } = aSeat()

    viewer.backlogBytes = 64 * KIB
    show(1)
    viewer.backlogBytes = 64 * KIB + 1
    show(2)

    expect(viewer.versions()).toEqual([1])
    expect(meter.counts.skipped).toBe(1)
  })

  test('that was left out is sent the newest, and only that, as soon as it has read everything', () => {
    const { viewer, seat, show } = aSeat()
    viewer.backlogBytes = 100 * KIB
    show(1)
    show(2)
    show(3)

    viewer.backlogBytes = 0
    seat.update()
    seat.update()

    expect(viewer.versions()).toEqual([3])
  })

  test('that was left out for too long is dismissed', async () => {
    const { viewer, clock, show, meter } = aSeat()
    viewer.backlogBytes = 100 * KIB

    show(1)
    await clock.advance(10_000)
    show(2)
    await clock.advance(14_999)
    expect(viewer.ended).toBeUndefined()
    await clock.advance(1)

    expect(viewer.ended).toBe('dismissed')
    expect(meter.counts.dismissed).toBe(1)
  })

  test('that catches up in time stays, whether it reads everything or some', async () => {
    const { viewer, clock, seat, show } = aSeat()
    viewer.backlogBytes = 100 * KIB
    show(1)
    await clock.advance(20_000)
    viewer.backlogBytes = 10 * KIB
    show(2)
    await clock.advance(20_000)
    viewer.backlogBytes = 100 * KIB
    show(3)
    await clock.advance(10_000)
    show(4)
    await clock.advance(10_000)
    viewer.backlogBytes = 0
    seat.update()

    await clock.advance(60_000)

    expect(viewer.ended).toBeUndefined()
  })

  test('that has left is not dismissed any more', async () => {
    const { viewer, clock, seat, show } = aSeat()
    viewer.backlogBytes = 100 * KIB
    show(1)

    seat.leave()
    await clock.advance(60_000)

    expect(viewer.ended).toBeUndefined()
  })

  test('with more than 1 MiB to read is cut off, by an update or by a look at it', () => {
    const [updated, looked] = [aSeat(), aSeat()]

    updated.viewer.backlogBytes = KIB * KIB + 1
    updated.show(1)
    looked.viewer.backlogBytes = KIB * KIB
    looked.seat.checkBacklog()
    expect(looked.viewer.ended).toBeUndefined()
    looked.viewer.backlogBytes += 1
    looked.seat.checkBacklog()

    expect([updated.viewer.ended, looked.viewer.ended]).toEqual(['terminated', 'terminated'])
  })
})
