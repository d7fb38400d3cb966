export interface CheckResult {
  readonly name: string
  readonly passed: boolean
  readonly output: string
  readonly tookMs: number
}

const NAME_WIDTH = 12
const VERDICT_WIDTH = 8

/** One row for each check: its name, how it ended, and how long it took. */
export function checkTable(results: readonly CheckResult[]): string {
  const rows = results.map(({ name, passed, tookMs }) =>
    [
      name.padEnd(NAME_WIDTH),
      (passed ? 'ok' : 'FAILED').padEnd(VERDICT_WIDTH),
      `${(tookMs / 1000).toFixed(1).padStart(6)} s`,
    ].join(''),
  )
  const failed = results.filter(({ passed }) => !passed).length
  const verdict = failed === 0 ? 'all checks passed' : `${failed} of ${results.length} checks failed`
  return ['', ...rows, verdict].join('\n')
}
