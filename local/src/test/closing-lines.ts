import { z } from 'zod'

const count = z.int().nonnegative()

/** What local/jest/engine-reporter.mjs writes. */
export const testReport = z.object({
  engines: z.record(z.string(), z.object({ ran: count, failed: count, skipped: count })),
  /** The adapters over which each port's contract ran. */
  contracts: z.record(z.string(), z.array(z.string())),
  passed: count,
  failed: count,
  skipped: count,
  brokenSuites: count,
  /** What failed, a line each. */
  failures: z.array(z.string()),
})
export type TestReport = Readonly<z.output<typeof testReport>>

/** Suites that cannot run because of what is missing here. */
export interface LeftOut {
  /** Their project. */
  readonly engine: string
  readonly suites: number
  /** Why, for each thing that is missing. */
  readonly reasons: readonly string[]
}

export interface Outcome {
  /** The rows of the table: the run's projects. */
  readonly engines: readonly string[]
  /** Undefined when jest did not get as far as a result. */
  readonly report: TestReport | undefined
  readonly jestCode: number
  readonly leftOut: readonly LeftOut[]
  /** CI: an engine that cannot be had is a failure. */
  readonly requireInfra: boolean
  /** Everything was asked for, not a part by arguments. */
  readonly everything: boolean
}

export interface Closing {
  readonly lines: readonly string[]
  readonly exitCode: number
}

const NOTHING: TestReport = {
  ...{ engines: {}, contracts: {}, failures: [] },
  ...{ passed: 0, failed: 0, skipped: 0, brokenSuites: 0 },
}

/** The last lines of `npm test`: suites by engine, what failed, what was left out and why, and the tests' sums. */
export function closingLines(outcome: Outcome): Closing {
  const { engines, report = NOTHING, jestCode, leftOut, requireInfra } = outcome
  const missing = leftOut.reduce((sum, { suites }) => sum + suites, 0)
  const without = enginesWithoutSuites(outcome)
  const broken = report.failed + report.brokenSuites + (requireInfra ? missing : 0) + without.length
  // Something failed that is no test: a bad option, nothing that matches, a kill.
  const failed = broken === 0 && jestCode !== 0 ? 1 : broken
  const skipped = report.skipped + (requireInfra ? 0 : missing)
  return {
    lines: [
      '',
      row('engine', 'suites run', 'failed', 'skipped'),
      ...engines.map((engine) => engineRow(engine, report, leftOut)),
      ...Object.entries(report.contracts).map(
        ([port, adapters]) => `${port} ran on ${adapters.join(' and ')}`,
      ),
      ...report.failures.map((failure) => `failed: ${failure}`),
      ...reasonLines(leftOut, requireInfra),
      ...without.map((engine) => `${engine}: no suite ran, which REQUIRE_INFRA makes a failure`),
      `${report.passed} passed, ${failed} failed, ${skipped} skipped`,
    ],
    exitCode: failed === 0 ? 0 : 1,
  }
}

/** Where every engine is required each must have been put to the test; one that is missing is told for itself. */
function enginesWithoutSuites({ engines, report, leftOut, ...outcome }: Outcome): readonly string[] {
  if (!outcome.requireInfra || !outcome.everything || report === undefined) return []
  const missing = leftOut.map(({ engine }) => engine)
  return engines.filter((engine) => !missing.includes(engine) && (report.engines[engine]?.ran ?? 0) === 0)
}

function engineRow(engine: string, report: TestReport, leftOut: readonly LeftOut[]): string {
  const { ran, failed, skipped } = report.engines[engine] ?? { ran: 0, failed: 0, skipped: 0 }
  const missing = leftOut.find((each) => each.engine === engine)?.suites ?? 0
  return row(engine, ran, failed, skipped + missing)
}

/** Every reason once, after all suites that it leaves out. */
function reasonLines(leftOut: readonly LeftOut[], requireInfra: boolean): string[] {
  const verdict = requireInfra ? 'could not run, which REQUIRE_INFRA makes a failure' : 'skipped'
  const reasons = new Set(leftOut.flatMap((each) => each.reasons))
  return [...reasons].flatMap((reason) => {
    const affected = leftOut.filter((each) => each.reasons.includes(reason))
    const suites = affected.map(
      ({ engine, suites }) => `${engine}: ${suites} ${suites === 1 ? 'suite' : 'suites'}`,
    )
    return [`${suites.join(', ')} ${verdict}:`, ...reason.split('\n').map((line) => `  ${line}`)]
  })
}

const row = (engine: string, ...cells: readonly (string | number)[]): string =>
  engine.padEnd(10) + cells.map((cell) => String(cell).padStart(12)).join('')
