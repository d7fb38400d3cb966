import type { Rest } from '../client/rest.js'
import type { History } from './history.js'
import type { Pulse } from './pulse.js'
import type { Random } from './random.js'
import type { RecentVotes } from './recent-votes.js'
import type { Tally } from './tally.js'

/** What all clients of one run share. */
export interface Load {
  /** Both gateways in turn. */
  readonly rest: Rest
  readonly history: History
  readonly random: Random
  readonly tally: Tally
  readonly pulse: Pulse
  readonly recent: RecentVotes
  /** Polls whose voters are not limited. */
  readonly polls: readonly number[]
  /** Polls whose voters are. */
  readonly limited: readonly number[]
  /** How many options each poll has. */
  readonly options: number
}

/** Clients at work. */
export interface Clients {
  /** Begins nothing new, and resolves when everything that was begun has ended. */
  finish(): Promise<void>
}

const TICK_MS = 10
/** A stall of the machine is not made up for by a burst. */
const MOST_AT_ONCE = 20

/** Calls at a steady rate, whether or not the former calls have ended. */
export const steadily = (perSecond: number, call: () => Promise<void> | undefined): Clients => {
  const running = new Set<Promise<void>>()
  let lastMs = performance.now()
  let due = 0
  const tick = setInterval(() => {
    const nowMs = performance.now()
    due = Math.min(MOST_AT_ONCE, due + ((nowMs - lastMs) * perSecond) / 1_000)
    lastMs = nowMs
    for (; due >= 1; due -= 1) {
      const called = call()?.finally(() => running.delete(called as Promise<void>))
      if (called) running.add(called)
    }
  }, TICK_MS)
  return {
    async finish() {
      clearInterval(tick)
      while (running.size > 0) await Promise.all(running)
    },
  }
}
