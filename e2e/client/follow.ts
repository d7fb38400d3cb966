import { setTimeout as sleep } from 'node:timers/promises'
import type { Results } from './documents.js'
import { readResults } from './polls.js'
import type { Rest } from './rest.js'
import type { Sightings } from './sightings.js'
import type { Stream } from './streams.js'

/** An observer that comes back whenever it is cut off, and remembers what it saw before. */
export interface Follower extends AsyncDisposable {
  readonly sightings: Sightings
  /** How often it had to come back. */
  readonly returns: number
}

/** Soon enough to see a service on its first feet, rarely enough not to be the load. */
const RETURN_AFTER_MS = 200

/** Follows a poll by streams that `open` opens, one after the other, all with the same sightings. */
export const followStreams = (
  sightings: Sightings,
  open: (sightings: Sightings) => Promise<Stream>,
): Follower => {
  const over = new AbortController()
  const asked = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve()))
  let current: Stream | undefined
  let opened = 0
  const follow = async (): Promise<void> => {
    while (!over.signal.aborted) {
      current = await open(sightings).catch(() => undefined)
      if (current !== undefined) opened += 1
      await Promise.race([current?.closed, asked])
      await sleep(RETURN_AFTER_MS, undefined, { signal: over.signal }).catch(() => undefined)
    }
  }
  const following = follow()
  return {
    sightings,
    get returns() {
      return Math.max(0, opened - 1)
    },
    [Symbol.asyncDispose]: async () => {
      over.abort()
      await following
      await current?.[Symbol.asyncDispose]()
    },
  }
}

/** Follows a poll by reading its results again and again; a read that fails is a read that tells nothing. */
export const followReads = (sightings: Sightings, rest: Rest, pollId: number, everyMs: number): Follower => {
  const over = new AbortController()
  let failures = 0
  const follow = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const results: Results | undefined = await readResults(rest, pollId).catch(() => undefined)
      if (results === undefined) failures += 1
      else sightings.add(results)
      await sleep(everyMs, undefined, { signal: over.signal }).catch(() => undefined)
    }
  }
  const following = follow()
  return {
    sightings,
    get returns() {
      return failures
    },
    [Symbol.asyncDispose]: async () => {
      over.abort()
      await following
    },
  }
}
