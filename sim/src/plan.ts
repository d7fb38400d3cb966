import fc from 'fast-check'
import { engines, type Engine } from './world/weather.js'

/** What one client does at a moment; its numbers say who, on what, and how it goes on. */
export interface Step {
  readonly atMs: number
  readonly act: 'vote' | 'raw' | 'read' | 'ask'
  readonly voter: number
  readonly poll: number
  readonly choice: number
  readonly key: number
  readonly retries: number
}

export const faultKinds = [
  ...(['crash', 'freeze', 'gateway crash', 'gateway freeze', 'rebalance', 'lock lost'] as const),
  ...(['crash at commit', 'freeze at commit', 'crash at append', 'freeze at append'] as const),
  ...(['kafka away', 'kafka frozen', 'database away', 'database frozen', 'database restart'] as const),
  ...(['redis away', 'redis frozen', 'redis flush', 'bus cut', 'realtime crash'] as const),
]
export type FaultKind = (typeof faultKinds)[number]

export interface Fault {
  readonly atMs: number
  readonly kind: FaultKind
  readonly target: number
  readonly lastsMs: number
}

/** The end of a poll. */
export interface Closing {
  readonly atMs: number
  readonly poll: number
  /** Two replicas of polls are at it at once. */
  readonly twice: boolean
}

/** Everything that a run depends on. */
export interface Plan {
  readonly mode: 'full' | 'embedded'
  readonly replicas: number
  readonly gateways: number
  readonly partitions: number
  readonly polls: number
  readonly observers: number
  /** 0 to 3 for each engine; `rpc`: calls between services, `bus`: messages of pub/sub. */
  readonly weather: Readonly<Record<Engine | 'rpc' | 'bus', number>>
  /** Milliseconds by which the clocks of processes are off. */
  readonly skews: readonly number[]
  readonly steps: readonly Step[]
  readonly faults: readonly Fault[]
  readonly closings: readonly Closing[]
  readonly seed: number
}

/** How long clients act; faults begin within this time too. */
export const LOAD_MS = 9_000
const LONGEST_FAULT_MS = 8_000
const MOST_STEPS = 110
const MOST_FAULTS = 5
/** Two gateways and three replicas may each be off by as much as NTP allows on a bad day. */
const MOST_SKEW_MS = 40

const level = fc.constantFrom(0, 0, 1, 1, 2, 3)

const steps = fc.array(
  fc.record<Step>({
    atMs: fc.integer({ min: 0, max: LOAD_MS }),
    act: fc.constantFrom('vote', 'vote', 'vote', 'vote', 'raw', 'raw', 'raw', 'read', 'read', 'ask'),
    voter: fc.nat(7),
    poll: fc.nat(7),
    choice: fc.nat(5),
    key: fc.nat(3),
    retries: fc.nat(3),
  }),
  { maxLength: MOST_STEPS, size: 'max' },
)

const faults = fc.array(
  fc.record<Fault>({
    atMs: fc.integer({ min: 0, max: LOAD_MS }),
    kind: fc.constantFrom(...faultKinds, 'crash', 'crash', 'freeze', 'freeze'),
    target: fc.nat(3),
    lastsMs: fc.integer({ min: 0, max: LONGEST_FAULT_MS }),
  }),
  { maxLength: MOST_FAULTS, size: 'max' },
)

/** In half of the runs every poll stays open: what lies behind an end meets less. */
const closings = fc.oneof(
  fc.constant([]),
  fc.array(
    fc.record<Closing>({
      atMs: fc.integer({ min: 0, max: LOAD_MS }),
      poll: fc.nat(1),
      twice: fc.boolean(),
    }),
    { minLength: 1, maxLength: 2 },
  ),
)

/** Any run. */
export const planArbitrary: fc.Arbitrary<Plan> = fc.noBias(
  fc.record<Plan>({
    mode: fc.constantFrom('full', 'full', 'full', 'embedded'),
    replicas: fc.integer({ min: 1, max: 3 }),
    gateways: fc.integer({ min: 1, max: 2 }),
    partitions: fc.integer({ min: 1, max: 4 }),
    polls: fc.integer({ min: 1, max: 2 }),
    observers: fc.nat(2),
    weather: fc.record({
      ...(Object.fromEntries(engines.map((engine) => [engine, level])) as Record<Engine, typeof level>),
      ...{ rpc: level, bus: level },
    }),
    skews: fc.oneof(
      fc.constant([]),
      fc.array(fc.integer({ min: -MOST_SKEW_MS, max: MOST_SKEW_MS }), { maxLength: 6 }),
    ),
    steps,
    faults,
    closings,
    seed: fc.nat(),
  }),
)
