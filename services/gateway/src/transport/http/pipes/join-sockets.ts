import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** realtime pings every 25 s: after three missed ones a side is gone without a word. */
const SILENT_FOR_MS = 80_000

/** Lets bytes pass in both directions until one side ends; then both end. What was sent before the end still arrives. */
export const joinSockets = (a: Duplex, b: Duplex): void => {
  follow(a, b)
  follow(b, a)
  a.pipe(b)
  b.pipe(a)
}

const follow = (side: Duplex, other: Duplex): void => {
  side.on('error', () => other.destroy())
  side.once('close', () => {
    if (other instanceof Socket) other.destroySoon()
    else other.destroy()
  })
  if (!(side instanceof Socket)) return
  side.setNoDelay(true) // a message is small and should not wait for the next one
  side.setTimeout(SILENT_FOR_MS, () => side.destroy())
}
