import { expect, test } from '@jest/globals'
import { closingLines, type Outcome } from './closing-lines.js'

const report = {
  engines: { unit: { ran: 30, failed: 0, skipped: 0 }, postgres: { ran: 9, failed: 0, skipped: 1 } },
  contracts: {},
  passed: 300,
  failed: 0,
  skipped: 2,
  brokenSuites: 0,
  failures: [],
}
const anOutcome = (changes: Partial<Outcome> = {}): Outcome => ({
  engines: ['unit', 'postgres'],
  report,
  jestCode: 0,
  leftOut: [],
  requireInfra: false,
  everything: true,
  ...changes,
})
const leftOut = [{ engine: 'mesh', suites: 5, reasons: ['no PostgreSQL for vax'] }] as const

test('the last line counts the tests', () => {
  const { lines, exitCode } = closingLines(anOutcome())

  expect(lines.at(-1)).toBe('300 passed, 0 failed, 2 skipped')
  expect(exitCode).toBe(0)
})

test('suites are counted by engine', () => {
  const { lines } = closingLines(anOutcome())

  expect(lines).toContainEqual(expect.stringMatching(/^postgres\s+9\s+0\s+1$/))
})

test('what failed is told again, where nobody has to look for it', () => {
  const failures = ['e2e/limits.test.ts: a limit holds: expected 1']

  const { lines } = closingLines(anOutcome({ report: { ...report, failed: 1, failures } }))

  expect(lines).toContain('failed: e2e/limits.test.ts: a limit holds: expected 1')
})

test('a contract tells on what it ran', () => {
  const contracts = { VoteLog: ['direct', 'kafka'] }

  const { lines } = closingLines(anOutcome({ report: { ...report, contracts } }))

  expect(lines).toContain('VoteLog ran on direct and kafka')
})

test('what an engine leaves out is skipped, with the reason', () => {
  const { lines, exitCode } = closingLines(anOutcome({ leftOut }))

  expect(lines.join('\n')).toContain('mesh: 5 suites skipped:\n  no PostgreSQL for vax')
  expect(lines.at(-1)).toBe('300 passed, 0 failed, 7 skipped')
  expect(exitCode).toBe(0)
})

test('every reason is told once, with all that it leaves out', () => {
  const { lines } = closingLines(
    anOutcome({
      leftOut: [
        { engine: 'kafka', suites: 1, reasons: ['no java\nInstall it.'] },
        { engine: 'contracts', suites: 3, reasons: ['no java\nInstall it.', 'no python3'] },
      ],
    }),
  )

  expect(lines.slice(4)).toEqual([
    'kafka: 1 suite, contracts: 3 suites skipped:',
    '  no java',
    '  Install it.',
    'contracts: 3 suites skipped:',
    '  no python3',
    '300 passed, 0 failed, 6 skipped',
  ])
})

test('where every engine is required, a missing one is a failure', () => {
  const { lines, exitCode } = closingLines(anOutcome({ leftOut, requireInfra: true }))

  expect(lines.at(-1)).toBe('300 passed, 5 failed, 2 skipped')
  expect(exitCode).toBe(1)
})

test('where every engine is required, one without any suite is a failure', () => {
  const { lines, exitCode } = closingLines(
    anOutcome({ engines: ['unit', 'postgres', 'redis'], requireInfra: true }),
  )

  expect(lines).toContain('redis: no suite ran, which REQUIRE_INFRA makes a failure')
  expect(lines.at(-1)).toBe('300 passed, 1 failed, 2 skipped')
  expect(exitCode).toBe(1)
})

test('a missing engine is counted by its suites, and not once more for having run none', () => {
  const { lines } = closingLines(
    anOutcome({ engines: ['unit', 'postgres', 'mesh'], leftOut, requireInfra: true }),
  )

  expect(lines.at(-1)).toBe('300 passed, 5 failed, 2 skipped')
})

test.each([{ everything: false }, { requireInfra: false }])(
  'an engine without any suite is none of our business when %j',
  (changes) => {
    const engines = ['unit', 'postgres', 'redis']

    const { exitCode } = closingLines(anOutcome({ engines, requireInfra: true, ...changes }))

    expect(exitCode).toBe(0)
  },
)

test('a suite that broke as a whole counts as a failure', () => {
  const { lines, exitCode } = closingLines(anOutcome({ report: { ...report, brokenSuites: 1 }, jestCode: 1 }))

  expect(lines.at(-1)).toBe('300 passed, 1 failed, 2 skipped')
  expect(exitCode).toBe(1)
})

test('a run that never got to a result is a failure', () => {
  const { lines, exitCode } = closingLines(anOutcome({ report: undefined, jestCode: 1 }))

  expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped')
  expect(exitCode).toBe(1)
})

test('a run whose tests passed but that had to be killed is a failure', () => {
  expect(closingLines(anOutcome({ jestCode: 1 })).exitCode).toBe(1)
})
