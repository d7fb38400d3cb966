import { Worker } from 'node:worker_threads'
import { Coverage } from '../world/coverage.js'
import type { Options } from './options.js'
import type { SeedReport, Share } from './worker.js'

/** On a terminal somebody watches. */
const PROGRESS_MS = { terminal: 10_000, file: 30_000 }

/** Most of what a run makes is soon garbage: with room for it, collecting costs a few percent less (measured). */
const LIMITS = { maxYoungGenerationSizeMb: 64 }

export interface Summary {
  readonly seeds: number
  readonly votes: number
  readonly virtualMs: number
  readonly wallMs: number
  readonly coverage: Coverage
  readonly failed: readonly SeedReport[]
}

type Deps = Pick<Options, 'seeds' | 'from' | 'workers' | 'keepGoing'> & {
  readonly say: (line: string) => void
  readonly isTerminal: boolean
}

/** Runs seeds on all threads, until they are done or, unless told otherwise, one fails. */
export const runSeeds = async ({
  seeds,
  from,
  workers,
  keepGoing,
  say,
  isTerminal,
}: Deps): Promise<Summary> => {
  const startedMs = performance.now()
  const coverage = new Coverage()
  const failed: SeedReport[] = []
  const sums = { seeds: 0, votes: 0, virtualMs: 0 }
  const progress = setInterval(
    () => say(`${sums.seeds} of ${seeds} seeds, ${sums.votes} votes, ${failed.length} failed`),
    isTerminal ? PROGRESS_MS.terminal : PROGRESS_MS.file,
  )
  const threads = Array.from({ length: Math.min(workers, seeds) }, (_, index) => {
    const share: Share = { from: from + index, to: from + seeds, step: Math.min(workers, seeds) }
    return new Worker(new URL('./worker.js', import.meta.url), { workerData: share, resourceLimits: LIMITS })
  })
  const take = (report: SeedReport): void => {
    sums.seeds += 1
    sums.votes += report.votes
    sums.virtualMs += report.virtualMs
    coverage.add(report.coverage)
    if (report.violations.length === 0) return
    failed.push(report)
    say(`seed ${report.seed} fails: ${report.violations[0]}`)
    if (!keepGoing) for (const thread of threads) void thread.terminate()
  }
  try {
    await Promise.all(threads.map((thread) => ended(thread, take)))
  } finally {
    clearInterval(progress)
  }
  return { ...sums, wallMs: performance.now() - startedMs, coverage, failed }
}

const ended = (thread: Worker, take: (report: SeedReport) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    thread.on('message', take)
    thread.on('error', reject)
    thread.on('exit', () => resolve())
  })
