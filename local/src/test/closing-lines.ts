import { z } from 'zod'
import { ENGINES, type Engine } from './engines.js'

const count = z.int().nonnegative()

/** What local/jest/engine-reporter.mjs writes. */
export const testReport = z.object({
  engines: z.record(z.string(), z.object({ ran: count, failed: count, skipped: count })),
  passed: count,
  failed: count,
  skipped: count,
  brokenSuites: count,
})
export type TestReport = Readonly<z.output<typeof testReport>>

/** An engine that cannot be had here, and how many suites that leaves out. */
export interface MissingEngine {
  readonly engine: Engine
  readonly suites: number
  readonly reason: string
}

export interface Outcome {
  /** Undefined when jest did not get as far as a result. */
  readonly report: TestReport | undefined
  readonly jestCode: number
  readonly missing: readonly MissingEngine[]
  /** CI: an engine that cannot be had is a failure. */
  readonly requireInfra: boolean
}

export interface Closing {
  readonly lines: readonly string[]
  readonly exitCode: number
}

const NOTHING: TestReport = { engines: {}, passed: 0, failed: 0, skipped: 0, brokenSuites: 0 }

/** The last lines of `npm test`: suites by engine, what was left out and why, and the tests' sums. */
export function closingLines({ report = NOTHING, jestCode, missing, requireInfra }: Outcome): Closing {
  const leftOut = missing.reduce((sum, { suites }) => sum + suites, 0)
  const broken = report.failed + report.brokenSuites + (requireInfra ? leftOut : 0)
  // Something failed that is no test: a bad option, nothing that matches, a kill.
  const failed = broken === 0 && jestCode !== 0 ? 1 : broken
  const skipped = report.skipped + (requireInfra ? 0 : leftOut)
  return {
    lines: [
      '',
      row('engine', 'suites run', 'failed', 'skipped'),
      ...ENGINES.map((engine) => engineRow(engine, report, missing)),
      ...reasons(missing, requireInfra),
      `${report.passed} passed, ${failed} failed, ${skipped} skipped`,
    ],
    exitCode: failed === 0 ? 0 : 1,
  }
}

function engineRow(engine: Engine, report: TestReport, missing: readonly MissingEngine[]): string {
  const { ran, failed, skipped } = report.engines[engine] ?? { ran: 0, failed: 0, skipped: 0 }
  const leftOut = missing.find((each) => each.engine === engine)?.suites ?? 0
  return row(engine, ran, failed, skipped + leftOut)
}

function reasons(missing: readonly MissingEngine[], requireInfra: boolean): string[] {
  const verdict = requireInfra ? 'could not run, which REQUIRE_INFRA makes a failure' : 'skipped'
  return missing.flatMap(({ engine, suites, reason }) => [
    `${engine}: ${suites} ${suites === 1 ? 'suite' : 'suites'} ${verdict}:`,
    ...reason.split('\n').map((line) => `  ${line}`),
  ])
}

const row = (engine: string, ...cells: readonly (string | number)[]): string =>
  engine.padEnd(10) + cells.map((cell) => String(cell).padStart(12)).join('')
