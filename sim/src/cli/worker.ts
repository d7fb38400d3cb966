import { EventEmitter } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { run } from '../run.js'
import { planOf } from './try-seed.js'

/** The seeds of one thread: every `step`-th from `from` on, below `to`. */
export interface Share {
  readonly from: number
  readonly to: number
  readonly step: number
}

/** What became of one seed. */
export interface SeedReport {
  readonly seed: number
  readonly votes: number
  readonly virtualMs: number
  readonly coverage: Readonly<Record<string, number>>
  readonly violations: readonly string[]
}

// Errors are made by the thousand, and nobody reads where.
Error.stackTraceLimit = 0
EventEmitter.defaultMaxListeners = 0

const { from, to, step } = workerData as Share
for (let seed = from; seed < to; seed += step) {
  const { votes, virtualMs, coverage, violations } = await run(planOf(seed))
  parentPort?.postMessage({ seed, votes, virtualMs, coverage, violations } satisfies SeedReport)
}
