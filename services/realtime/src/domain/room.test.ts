import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ReadState, ResultsDocument } from './results.js'
import { Room } from './room.js'

const STALE_AFTER_MS = 1_000
const AS_OF_US = Date.UTC(2026, 10, 23, 10) * 1_000

const definition = { pollId: 7, options: ['Python', 'Go', 'TypeScript'] }
const aRoom = (): Room => new Room(definition, STALE_AFTER_MS)

const aState = (version: number, more: Partial<ReadState> = {}): ReadState => ({
  pollId: 7,
  version,
  counts: [version],
  status: 'open',
  asOfUs: AS_OF_US + version,
  isCopy: false,
  ...more,
})

const shownBy = (room: Room): ResultsDocument =>
  JSON.parse(room.frame?.json.toString() ?? 'null') as ResultsDocument

describe('a room', () => {
  test('shows nothing while nothing is known', () => {
    const room = aRoom()

    room.checkFreshness(9_999)

    expect(room.frame).toBeUndefined()
    expect(room.stale).toBe(false)
  })

  test('shows nothing that it heard before it has read: that may be an old copy', () => {
    const room = aRoom()

    room.hear(aState(1), 0)

    expect(room.frame).toBeUndefined()
  })

  test('shows what it heard while it first read, when that is newer', () => {
    const room = aRoom()
    room.hear(aState(2), 0)
    room.hear(aState(1), 0)

    room.read(aState(1), 0, 10)

    expect(shownBy(room)).toMatchObject({ version: 2, stale: false })
  })

  test('does not take an old copy for confirmed because it was heard before a copy was read', () => {
    const room = aRoom()
    room.hear(aState(2), 0)

    room.read(aState(2, { isCopy: true }), 0, 10)

    expect(shownBy(room)).toMatchObject({ version: 2, stale: true })
  })

  test('shows every option, also those that nobody chose, and the sum of what it shows', () => {
    const room = aRoom()

    room.read(
      aState(3, {
        counts: [2, 1],
        status: 'closing',
        asOfUs: Date.UTC(2026, 10, 23, 10, 0, 0, 123) * 1_000 + 999,
      }),
      0,
      0,
    )

    expect(shownBy(room)).toEqual({
      poll_id: 7,
      status: 'closing',
      version: 3,
      total_votes: 3,
      options: [
        { index: 0, text: 'Python', votes: 2 },
        { index: 1, text: 'Go', votes: 1 },
        { index: 2, text: 'TypeScript', votes: 0 },
      ],
      as_of: '2026-11-23T10:00:00.123Z',
      stale: false,
      final: false,
    })
  })

  test('is final only when the poll is closed, which is news without a vote', () => {
    const room = aRoom()
    const finals = (['open', 'closing', 'closed'] as const).map((status, version) => {
      room.read(aState(version, { status }), 0, 0)
      return shownBy(room).final
    })

    expect(finals).toEqual([false, false, true])
  })

  test('shows a poll that nobody voted on', () => {
    const room = aRoom()

    room.read(aState(0, { counts: [] }), 0, 0)

    expect(shownBy(room)).toMatchObject({ version: 0, total_votes: 0 })
  })

  test('encodes what it shows once for all', () => {
    const room = aRoom()
    room.read(aState(1), 0, 0)

    const first = room.frame

    expect(room.frame).toBe(first)
  })

  test('has nothing new to show when a read finds what is known, but shows joiners the newer time', () => {
    const room = aRoom()
    room.read(aState(1, { asOfUs: AS_OF_US }), 0, 0)
    expect(shownBy(room).as_of).toBe('2026-11-23T10:00:00.000Z')
    const { revision } = room

    room.read(aState(1, { asOfUs: AS_OF_US + 500_000 }), 500, 500)

    expect(room.revision).toBe(revision)
    expect(shownBy(room).as_of).toBe('2026-11-23T10:00:00.500Z')
  })

  test('never shows a time that goes back', () => {
    const room = aRoom()
    room.read(aState(1, { asOfUs: AS_OF_US + 2_000 }), 0, 0)

    room.hear(aState(2, { asOfUs: AS_OF_US }), 1)

    expect(shownBy(room)).toMatchObject({ version: 2, as_of: '2026-11-23T10:00:00.002Z' })
  })
})

describe('freshness', () => {
  test('a number is stale once it was not confirmed for too long, and viewers have to be told', () => {
    const room = aRoom()
    room.read(aState(1), 0, 0)
    const { revision } = room

    room.checkFreshness(STALE_AFTER_MS)
    expect(room.stale).toBe(false)
    room.checkFreshness(STALE_AFTER_MS + 1)

    expect(shownBy(room)).toMatchObject({ version: 1, stale: true })
    expect(room.revision).toBe(revision + 1)
  })

  test('a read heals it, and viewers have to be told', () => {
    const room = aRoom()
    room.read(aState(1), 0, 0)
    room.checkFreshness(5_000)
    const { revision } = room

    room.read(aState(1), 5_000, 5_010)

    expect(shownBy(room)).toMatchObject({ version: 1, stale: false })
    expect(room.revision).toBe(revision + 1)
  })

  test('a read counts from when it began', () => {
    const room = aRoom()

    room.read(aState(1), 0, STALE_AFTER_MS + 1)

    expect(shownBy(room).stale).toBe(true)
  })

  test('a slow read takes nothing back that was confirmed while it was under way', () => {
    const room = aRoom()
    room.read(aState(0), 50, 60)
    room.hear(aState(1), 900)

    room.read(aState(1), 100, 950)
    room.checkFreshness(900 + STALE_AFTER_MS)

    expect(room.stale).toBe(false)
  })

  test('a newer version that is heard confirms the number; an older or a repeated one does not', () => {
    const room = aRoom()
    room.read(aState(5), 0, 0)

    room.hear(aState(5), 900)
    room.hear(aState(4), 900)
    room.checkFreshness(1_500)
    expect(room.stale).toBe(true)
    room.hear(aState(6), 1_500)

    expect(shownBy(room)).toMatchObject({ version: 6, stale: false })
  })

  test('a read that finds less than is known confirms nothing', () => {
    const room = aRoom()
    room.read(aState(5), 0, 0)

    room.read(aState(4), 900, 900)
    room.checkFreshness(1_500)

    expect(shownBy(room)).toMatchObject({ version: 5, stale: true })
  })
})

describe('a copy', () => {
  const aCopy = (version: number): ReadState => aState(version, { isCopy: true })

  test('is shown as stale when nothing else is known', () => {
    const room = aRoom()

    room.read(aCopy(5), 0, 0)

    expect(shownBy(room)).toMatchObject({ version: 5, stale: true })
  })

  test('that is newer is shown as stale at once, however fresh the older number was', () => {
    const room = aRoom()
    room.read(aState(1), 0, 0)
    const { revision } = room

    room.read(aCopy(2), 10, 10)

    expect(shownBy(room)).toMatchObject({ version: 2, total_votes: 2, stale: true })
    expect(room.revision).toBeGreaterThan(revision)
  })

  test('confirms nothing, so the number becomes stale as if nothing had been read', () => {
    const room = aRoom()
    room.read(aState(3), 0, 0)

    room.read(aCopy(3), 900, 900)
    expect(room.stale).toBe(false)
    room.read(aCopy(3), STALE_AFTER_MS + 1, STALE_AFTER_MS + 1)

    expect(shownBy(room)).toMatchObject({ version: 3, stale: true })
  })

  test('that is older changes nothing', () => {
    const room = aRoom()
    room.read(aState(3), 0, 0)
    const { revision } = room

    room.read(aCopy(2), 10, 10)

    expect(shownBy(room)).toMatchObject({ version: 3, stale: false })
    expect(room.revision).toBe(revision)
  })

  test('stays stale until its own version or a newer one is read', () => {
    const room = aRoom()
    room.read(aCopy(5), 0, 0)

    room.read(aState(4), 10, 10)
    expect(shownBy(room)).toMatchObject({ version: 5, stale: true })
    room.read(aState(5), 20, 20)

    expect(shownBy(room)).toMatchObject({ version: 5, stale: false })
  })
})

describe('whatever is lost, repeated or reordered', () => {
  const events = fc.array(
    fc.record({
      kind: fc.constantFrom('hear', 'read', 'copy', 'check'),
      version: fc.integer({ min: 0, max: 30 }),
      waitMs: fc.integer({ min: 0, max: 800 }),
      readMs: fc.integer({ min: 0, max: 1_500 }),
    }),
  )

  test('versions, totals and times that are shown never go back, and one version always has the same counts', () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const room = aRoom()
        const shown: ResultsDocument[] = []
        let nowMs = 0

        for (const { kind, version, waitMs, readMs } of sequence) {
          nowMs += waitMs
          if (kind === 'hear') room.hear(aState(version), nowMs)
          else if (kind === 'read') room.read(aState(version), nowMs - readMs, nowMs)
          else if (kind === 'copy') room.read(aState(version, { isCopy: true }), nowMs - readMs, nowMs)
          else room.checkFreshness(nowMs)
          if (room.frame !== undefined) shown.push(shownBy(room))
        }

        for (const [index, later] of shown.slice(1).entries()) {
          const earlier = shown[index] as ResultsDocument
          expect(later.version).toBeGreaterThanOrEqual(earlier.version)
          expect(later.total_votes).toBe(later.version)
          expect(later.as_of >= earlier.as_of).toBe(true)
        }
      }),
    )
  })

  test('viewers have to be told exactly when the version or the staleness differs', () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const room = aRoom()
        let nowMs = 0
        let told = { revision: 0, version: undefined as number | undefined, stale: false }

        for (const { kind, version, waitMs, readMs } of sequence) {
          nowMs += waitMs
          if (kind === 'hear') room.hear(aState(version), nowMs)
          else if (kind === 'read') room.read(aState(version), nowMs - readMs, nowMs)
          else if (kind === 'copy') room.read(aState(version, { isCopy: true }), nowMs - readMs, nowMs)
          else room.checkFreshness(nowMs)
          const differs = room.version !== told.version || room.stale !== told.stale
          expect(room.revision > told.revision).toBe(differs)
          told = { revision: room.revision, version: room.version, stale: room.stale }
        }
      }),
    )
  })

  test('a resync ends at the truth, fresh', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 30, max: 40 }), (sequence, truth) => {
        const room = aRoom()
        let nowMs = 0
        for (const { kind, version, waitMs } of sequence) {
          nowMs += waitMs
          if (kind === 'hear') room.hear(aState(version), nowMs)
          else room.checkFreshness(nowMs)
        }

        room.read(aState(truth), nowMs, nowMs)

        expect(shownBy(room)).toMatchObject({ version: truth, total_votes: truth, stale: false })
      }),
    )
  })
})
