import fc from 'fast-check'
import { PARTITIONS, SESSIONS } from './open-stage.js'
import { FLAWS, type Entry, type Flaw } from './written-log.js'

/** A stretch that a session folds, as seen from where it believes its partition's bookmark to be. */
export interface PlannedStretch {
  /** Counted from the session's own: 0 is another one for each of the first PARTITIONS sessions, as a consumer group has it. */
  readonly neighbour: number
  /** 0 is right; before it lies what was folded already, behind it a gap. */
  readonly drift: number
  readonly length: number
}

export interface PlannedFold {
  /** Reads the bookmarks first, as a replica does that was just given its partitions. */
  readonly rereads: boolean
  readonly stretches: readonly PlannedStretch[]
}

/** What happens next, to one of those who can go on. */
export interface Move {
  readonly who: number
  readonly what: 'step' | 'kill' | 'lose the answer' | 'sleep'
}

export interface Schedule {
  /** By partition. */
  readonly log: readonly (readonly Entry[])[]
  /** By session. */
  readonly plans: readonly (readonly PlannedFold[])[]
  readonly moves: readonly Move[]
  /** How many records of each partition a fold takes when the whole log is folded again. */
  readonly refoldLength: number
}

// Long enough for replays, overlaps and gaps; short enough that every schedule ends within a tenth of a second.
const LONGEST_LOG = 8
const LONGEST_STRETCH = 5
const MOST_FOLDS = 4
/** A fold takes three to five statements, more when it looks for poison; afterwards everybody runs to the end in turn. */
const MOST_MOVES = 60

// One in 50 is poison: about every fifth log has some. Each costs six connections, which are closed after an error, and they cost most of
// the time.
const flaw: fc.Arbitrary<Flaw> = fc.oneof(
  { weight: 49, arbitrary: fc.constant<Flaw>('none') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...(Object.keys(FLAWS) as Flaw[]).filter((each) => each !== 'none')),
  },
)

const entry: fc.Arbitrary<Entry> = fc.oneof(
  {
    weight: 19,
    arbitrary: fc.record({
      poll: fc.integer({ min: 1, max: 3 }),
      voter: fc.nat({ max: 2 }),
      id: fc.nat({ max: 1 }),
      choice: fc.oneof(
        { weight: 9, arbitrary: fc.nat({ max: 2 }) },
        { weight: 1, arbitrary: fc.constant(19) },
      ),
      flaw,
    }),
  },
  { weight: 1, arbitrary: fc.constant<Entry>('no ballot') },
)

const stretch: fc.Arbitrary<PlannedStretch> = fc.record({
  neighbour: fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.nat({ max: PARTITIONS - 1 }) },
  ),
  drift: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -3, max: 3 }) },
  ),
  length: fc.integer({ min: 1, max: LONGEST_STRETCH }),
})

const fold: fc.Arbitrary<PlannedFold> = fc.record({
  rereads: fc.oneof(
    { weight: 3, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  stretches: fc.uniqueArray(stretch, {
    ...{ minLength: 1, maxLength: PARTITIONS },
    selector: ({ neighbour }) => neighbour,
  }),
})

const move: fc.Arbitrary<Move> = fc.record({
  who: fc.nat({ max: SESSIONS - 1 }),
  what: fc.oneof(
    { weight: 27, arbitrary: fc.constant<Move['what']>('step') },
    { weight: 1, arbitrary: fc.constantFrom<Move['what'][]>('kill', 'sleep') },
    { weight: 2, arbitrary: fc.constant<Move['what']>('lose the answer') },
  ),
})

/** Any log, any sessions that fold it, rightly and wrongly, and any order in which they go on. */
export const aSchedule: fc.Arbitrary<Schedule> = fc.record({
  log: fc.array(fc.array(entry, { maxLength: LONGEST_LOG }), {
    minLength: PARTITIONS,
    maxLength: PARTITIONS,
  }),
  plans: fc.array(fc.array(fold, { minLength: 1, maxLength: MOST_FOLDS }), {
    minLength: 2,
    maxLength: SESSIONS,
  }),
  // Long ones as often as short ones, which fast-check prefers.
  moves: fc.noBias(fc.array(move, { maxLength: MOST_MOVES })),
  refoldLength: fc.integer({ min: 1, max: LONGEST_LOG }),
})
