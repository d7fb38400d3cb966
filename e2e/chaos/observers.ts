import { setTimeout as sleep } from 'node:timers/promises'
import type { Results } from '../client/documents.js'
import type { Sightings } from '../client/sightings.js'
import { openSocket } from '../client/streams.js'
import type { History } from './history.js'
import type { Random } from './random.js'

/** Somebody who watches a poll by a WebSocket, and comes back whenever it is cut off. */
export interface Observer {
  readonly name: string
  readonly poll: number
  readonly isOpen: boolean
  /** What is shown: the newest document; undefined before the first one. */
  readonly latest: Results | undefined
  /** How often it came back. */
  readonly returns: number
  finish(): Promise<void>
}

/** PROTOCOL.md, section 4. */
const FIRST_RETURN_MS = 1_000
/** The protocol allows 30 s; here an observer is of more use when it is there. */
const MOST_RETURN_MS = 8_000
/** PROTOCOL.md, section 2: come back after a random time of up to this. */
const RESTARTS = 1012
const RESTART_RETURN_MS = 5_000

interface Options {
  readonly name: string
  readonly poll: number
  /** Asked at each opening, since a replica may come back elsewhere. */
  readonly url: () => Promise<string>
  readonly history: History
  readonly random: Random
}

let connections = 0

/** Follows a poll, and notes every document that comes. */
export const observe = ({ name, poll, url, history, random }: Options): Observer => {
  const over = new AbortController()
  const asked = new Promise<number>((resolve) => over.signal.addEventListener('abort', () => resolve(0)))
  let [latest, isOpen, opened, failures]: [Results | undefined, boolean, number, number] = [
    undefined,
    false,
    0,
    0,
  ]
  const noteOn = (connection: number): Sightings => ({
    ...{ seen: [], faults: [], latest: undefined, until: () => Promise.reject(new Error('nobody asks')) },
    add(document) {
      history.see(name, connection, document)
      failures = 0
      // A first document may be older than the last one before: another replica lags a little.
      if (document.version >= (latest?.version ?? 0)) latest = document
    },
  })
  const once = async (): Promise<number> => {
    const stream = await openSocket(await url(), poll, noteOn((connections += 1)))
    opened += 1
    isOpen = true
    const code = await Promise.race([stream.closed, asked])
    isOpen = false
    await stream[Symbol.asyncDispose]()
    return code
  }
  const follow = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const code = await once().catch(() => 0)
      const longestMs = code === RESTARTS ? RESTART_RETURN_MS : FIRST_RETURN_MS * 2 ** failures
      failures += 1
      const waitMs = random.fraction() * Math.min(MOST_RETURN_MS, longestMs)
      await sleep(waitMs, undefined, { signal: over.signal }).catch(() => undefined)
    }
  }
  const following = follow()
  return {
    ...{ name, poll },
    get isOpen() {
      return isOpen
    },
    get latest() {
      return latest
    },
    get returns() {
      return Math.max(0, opened - 1)
    },
    async finish() {
      over.abort()
      await following
    },
  }
}
