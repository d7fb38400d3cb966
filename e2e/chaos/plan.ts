import type { Random } from './random.js'

/** What can happen to a mesh. */
export type FaultKind =
  | 'kill -9 gateway'
  | 'kill -9 polls'
  | 'kill -9 votes'
  | 'kill -9 realtime'
  | 'kill -9 kafka'
  | 'restart postgres'
  | 'flush redis'
  | 'kill -9 redis'
  | 'freeze votes'

export const FAULT_KINDS: readonly FaultKind[] = [
  'kill -9 gateway',
  'kill -9 polls',
  'kill -9 votes',
  'kill -9 realtime',
  'kill -9 kafka',
  'restart postgres',
  'flush redis',
  'kill -9 redis',
  'freeze votes',
]

/** One fault that is going to happen. */
export interface PlannedFault {
  readonly kind: FaultKind
  /** How long all has been well before. */
  readonly calmMs: number
  /** The process, by its name in the run's record. */
  readonly target: string
  /** PostgreSQL's own immediate shutdown, or one that it does not hear of. */
  readonly signal: 'SIGKILL' | 'SIGQUIT'
  /** How long it is frozen, where it is. */
  readonly frozenMs: number
}

/** Votes flow, and a group has settled, before the next fault. */
const CALM_MS = [1_500, 4_500] as const
/** Past the 6 s of a session, and so long that the other replica has taken the partitions over and folded them. */
const FROZEN_MS = [8_000, 11_000] as const
const REPLICATED = ['gateway', 'votes', 'realtime']

/** All kinds in a random order, and then again in another one, for ever. */
export function* faultPlan(random: Random): Generator<PlannedFault, never> {
  for (;;) {
    for (const kind of random.shuffle(FAULT_KINDS)) {
      const service = kind.slice(kind.lastIndexOf(' ') + 1)
      yield {
        kind,
        calmMs: random.between(...CALM_MS),
        target: random.chance(0.5) && REPLICATED.includes(service) ? `${service}-2` : service,
        signal: random.chance(0.5) ? 'SIGKILL' : 'SIGQUIT',
        frozenMs: random.between(...FROZEN_MS),
      }
    }
  }
}
