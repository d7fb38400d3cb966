import type { Progress } from './bus.js'
import { encodeRejections } from './codec.js'

/** What became of some items: the messages that carry them, and how many are too big for any message. */
export interface Packed {
  readonly payloads: readonly string[]
  readonly oversized: number
}

/** Puts encoded items, in their order, into as few messages of at most `maxBytes` as that allows. */
export const pack = (items: readonly string[], maxBytes: number): Packed => {
  const payloads: string[] = []
  let oversized = 0
  let message: string[] = []
  let messageBytes = 1 // "[", then each item with the "," or "]" behind it

  const close = (): void => {
    if (message.length > 0) payloads.push(`[${message.join(',')}]`)
    message = []
    messageBytes = 1
  }

  for (const item of items) {
    const itemBytes = Buffer.byteLength(item) + 1
    if (itemBytes + 1 > maxBytes) {
      oversized += 1
      continue
    }
    if (messageBytes + itemBytes > maxBytes) close()
    message.push(item)
    messageBytes += itemBytes
  }
  close()
  return { payloads, oversized }
}

// What PostgreSQL, the adapter with the smallest messages, lets through (7,999 bytes), less the brackets and the other fields of a progress.
const MAX_LIST_BYTES = 7_700

// 64 rejections with their reasons stay below half of that.
const MAX_REJECTIONS = 64

// "[9007199254740991,9007199254740991],": the longest that a poll's version can be.
const VERSION_BYTES = 36

/** A version that finds no room is left out, because its owner knows it; a rejection never is. */
const withVersionsThatFit = (piece: Progress): Progress => {
  const room = MAX_LIST_BYTES - Buffer.byteLength(encodeRejections(piece.rejected))
  return { ...piece, versions: piece.versions.slice(0, Math.max(Math.floor(room / VERSION_BYTES), 0)) }
}

/**
 * Cuts a progress with many rejections into pieces that each carry few enough for one message. Every piece is true by itself: an offset inside its
 * range that it does not reject is counted, so one that gets lost hides no verdict and invents none; the versions hold for the whole fold, so each
 * piece says as many of them as fit.
 */
export const splitProgress = (progress: Progress): Progress[] => {
  const rejected = [...progress.rejected].sort((a, b) => a.offset - b.offset)
  const pieces: Progress[] = []
  let from = progress.from
  while (rejected.length > MAX_REJECTIONS) {
    const mine = rejected.splice(0, MAX_REJECTIONS)
    const next = (mine.at(-1)?.offset ?? from) + 1
    pieces.push({ ...progress, from, next, rejected: mine })
    from = next
  }
  pieces.push({ ...progress, from, rejected })
  return pieces.map(withVersionsThatFit)
}
