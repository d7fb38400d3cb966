import { EXPECTED } from '../world/coverage.js'
import { faultKinds } from '../plan.js'
import type { Summary } from './run-seeds.js'
import type { Shrunk } from './try-seed.js'

const TRACE_LINES = 40
const MS_PER_HOUR = 3_600_000
/** So many seeds meet everything that is expected many times. */
const SEEDS_FOR_COVERAGE = 500

/** What never happened although enough seeds were run. */
export const neverHappened = ({ seeds, coverage }: Summary): readonly string[] =>
  seeds < SEEDS_FOR_COVERAGE ? [] : EXPECTED.filter((what) => coverage.of(what) === 0)

/** The closing lines of many seeds. */
export const summaryText = (summary: Summary): string => {
  const { seeds, votes, virtualMs, wallMs, coverage, failed } = summary
  const counts = Object.entries(coverage.toJSON()).filter(([what]) => !what.startsWith('fault '))
  const faults = faultKinds.map((kind) => `${kind} ${coverage.of(`fault ${kind}`)}`)
  return [
    `what happened: ${counts.map(([what, times]) => `${what} ${times}`).join(', ')}`,
    ...neverHappened(summary).map((what) => `never happened: ${what}`),
    `${seeds} seeds, ${(virtualMs / MS_PER_HOUR).toFixed(1)} virtual hours, ${votes} votes, faults: ${faults.join(', ')}; ` +
      `${failed.length} seeds failed; ${(wallMs / 1_000).toFixed(1)} s`,
  ].join('\n')
}

/** What a person needs to understand a seed that fails. */
export const failureText = (seed: number, { plan, outcome, steps }: Shrunk): string =>
  [
    `seed ${seed} fails, shrunk ${steps} times to ${plan.steps.length} steps and ${plan.faults.length} faults:`,
    ...outcome.violations.map((violation) => `  ${violation}`),
    'the plan:',
    JSON.stringify(plan),
    'the last events:',
    ...outcome.trace.slice(-TRACE_LINES).map((line) => `  ${line}`),
    `replay the seed: npm run test:sim -- --seed ${seed} --trace`,
    'replay the plan: put it into a file, then npm run test:sim -- --plan FILE --trace',
  ].join('\n')
