import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Progress } from './bus.js'
import { encodeItem } from './codec.js'
import { pack, splitProgress } from './pack.js'

const MAX_BYTES = 7_999

describe('pack', () => {
  test('puts many items into one message', () => {
    const { payloads } = pack(['1', '2', '3'], MAX_BYTES)

    expect(payloads).toEqual(['[1,2,3]'])
  })

  test('sends no message for no items', () => {
    const { payloads } = pack([], MAX_BYTES)

    expect(payloads).toEqual([])
  })

  test('fills a message to its last byte and not beyond', () => {
    const item = '"12345678"' // 10 bytes, 11 with its comma

    expect(pack([item, item], 23).payloads).toEqual([`[${item},${item}]`])
    expect(pack([item, item], 22).payloads).toEqual([`[${item}]`, `[${item}]`])
  })

  test('counts bytes, not characters', () => {
    const { payloads } = pack(['"ää"', '"ää"'], 14)

    expect(payloads).toEqual(['["ää"]', '["ää"]'])
  })

  test('leaves out what fits no message and says so', () => {
    const packed = pack(['1', '"too long"', '2'], 8)

    expect(packed).toEqual({ payloads: ['[1,2]'], oversized: 1 })
  })

  test('an item may fill a whole message, and not one byte more', () => {
    expect(pack(['"3456"'], 8)).toEqual({ payloads: ['["3456"]'], oversized: 0 })
    expect(pack(['"34567"'], 8)).toEqual({ payloads: [], oversized: 1 })
  })

  test('loses, repeats and reorders nothing, whatever the sizes', () => {
    const items = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => JSON.stringify(text)))

    fc.assert(
      fc.property(items, fc.integer({ min: 300, max: 900 }), (encoded, maxBytes) => {
        const { payloads, oversized } = pack(encoded, maxBytes)
        const unpacked = payloads.flatMap((payload) =>
          (JSON.parse(payload) as string[]).map((item) => JSON.stringify(item)),
        )
        const fitting = encoded.filter((item) => Buffer.byteLength(item) + 2 <= maxBytes)

        expect(unpacked).toEqual(fitting)
        expect(oversized).toBe(encoded.length - fitting.length)
        for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(maxBytes)
      }),
    )
  })
})

describe('splitProgress', () => {
  const rejectAll = (from: number, next: number): Progress => ({
    logId: '0190a6c2-0000-7000-8000-000000000000',
    partition: 3,
    from,
    next,
    rejected: Array.from({ length: next - from }, (_, index) => ({
      offset: from + index,
      reason: 'A_REASON_OF_FORTY_CHARACTERS_OR_SO_WHICH',
    })),
    versions: [],
  })

  test('leaves a progress with few rejections whole', () => {
    const progress = rejectAll(10, 20)

    expect(splitProgress(progress)).toEqual([progress])
  })

  test('cuts a progress with many rejections into pieces that meet and that each fit one message', () => {
    const pieces = splitProgress(rejectAll(1_000_000, 1_001_000))

    expect(pieces[0]?.from).toBe(1_000_000)
    expect(pieces.at(-1)?.next).toBe(1_001_000)
    for (const [index, piece] of pieces.slice(1).entries()) expect(piece.from).toBe(pieces[index]?.next)
    for (const piece of pieces) expect(encodeItem('progress', piece).length).toBeLessThan(MAX_BYTES)
  })

  test('keeps every rejection in the piece that covers its offset', () => {
    const rejections = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 60, maxLength: 300 })

    fc.assert(
      fc.property(rejections, (offsets) => {
        const rejected = offsets.map((offset) => ({ offset, reason: 'ALREADY_VOTED' }))
        const pieces = splitProgress({
          logId: 'log',
          partition: 0,
          from: 0,
          next: 1_000,
          rejected,
          versions: [],
        })

        for (const { from, next, rejected: mine } of pieces)
          expect(mine.map(({ offset }) => offset)).toEqual(
            offsets.filter((offset) => offset >= from && offset < next).sort((a, b) => a - b),
          )
        expect(pieces.flatMap((piece) => piece.rejected)).toHaveLength(offsets.length)
      }),
    )
  })

  test('says all versions in every piece as long as they fit', () => {
    const versions = [
      [1, 5],
      [2, 2 ** 41],
    ] as const

    const pieces = splitProgress({ ...rejectAll(0, 200), versions })

    expect(pieces).toHaveLength(4)
    for (const piece of pieces) expect(piece.versions).toEqual(versions)
  })

  test('leaves out the versions that do not fit rather than the progress, whatever the reasons', () => {
    const versions = Array.from(
      { length: 1_000 },
      (_, index) => [Number.MAX_SAFE_INTEGER - index, Number.MAX_SAFE_INTEGER] as const,
    )
    const rejected = fc.integer({ min: 0, max: 44 }).map((length) =>
      Array.from({ length: 64 }, (_, index) => ({
        offset: Number.MAX_SAFE_INTEGER - 64 + index,
        reason: 'Ä'.repeat(length),
      })),
    )

    fc.assert(
      fc.property(rejected, (rejections) => {
        const { from, next } = { from: Number.MAX_SAFE_INTEGER - 64, next: Number.MAX_SAFE_INTEGER }
        const [piece, ...others] = splitProgress({
          ...rejectAll(0, 0),
          from,
          next,
          rejected: rejections,
          versions,
        })

        expect(others).toEqual([])
        expect(piece?.rejected).toEqual(rejections)
        expect(piece?.versions).toEqual(versions.slice(0, piece?.versions.length))
        const encoded = encodeItem('progress', piece as Progress)
        expect(pack([encoded], MAX_BYTES)).toEqual({ payloads: [`[${encoded}]`], oversized: 0 })
      }),
    )
  })

  test('has room for some hundred versions where nothing is rejected', () => {
    const versions = Array.from({ length: 1_000 }, (_, index) => [index, 1] as const)

    const [piece] = splitProgress({ ...rejectAll(0, 0), next: 9, versions })

    expect(piece?.versions.length).toBeGreaterThan(200)
  })
})
