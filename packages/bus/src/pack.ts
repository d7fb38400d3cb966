import type { Progress } from './bus.js'

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

// 64 rejections with their reasons stay below half of the smallest message limit (8,000 bytes).
const MAX_REJECTIONS = 64

/**
 * Cuts a progress with many rejections into pieces that each carry few enough for one message. Every piece is true by itself: an offset inside its
 * range that it does not reject is counted, so one that gets lost hides no verdict and invents none.
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
  return pieces
}
