import { randomUUID } from 'node:crypto'
import type { Load } from './load.js'

/** One vote of a voter who votes more than once. */
export interface DoubleVote {
  readonly poll: number
  readonly choice: number
  readonly voter: string
  readonly voteId: string
  /** The number of the logical vote. */
  readonly vote: number
  readonly giveUpMs: number
  attempts: number
  /** When it is sent, or sent again. */
  dueMs: number
}

/** Some vote again in the same moment, so that both votes lie in one call or meet in one fold. */
const AT_ONCE = 0.4
const LATER_MS = 6_000
/** C7 lets a service be away for 15 s. */
const PATIENCE_MS = 40_000

/** The two or three votes of one voter of a limited poll, each with an id of its own; `lastVote` is the highest number so far. */
export const votesOfOne = (
  { random, limited, options }: Load,
  lastVote: number,
): readonly [DoubleVote, ...DoubleVote[]] => {
  const [poll, voter, nowMs] = [random.pick(limited), randomUUID(), performance.now()]
  const aVote = (number: number, afterMs: number): DoubleVote => ({
    ...{ poll, voter, voteId: randomUUID(), vote: lastVote + number },
    choice: Math.floor(random.between(0, options)),
    ...{ giveUpMs: nowMs + PATIENCE_MS + LATER_MS, attempts: 0, dueMs: nowMs + afterMs },
  })
  const later = (): number => (random.chance(AT_ONCE) ? 0 : random.between(0, LATER_MS))
  const last = random.chance(0.5) ? [aVote(3, later())] : []
  return [aVote(1, 0), aVote(2, later()), ...last]
}
