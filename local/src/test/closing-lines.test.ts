import { expect, test } from '@jest/globals'
import { closingLines, type Outcome } from './closing-lines.js'

const report = {
  engines: { unit: { ran: 30, failed: 0, skipped: 0 }, postgres: { ran: 9, failed: 0, skipped: 1 } },
  passed: 300,
  failed: 0,
  skipped: 2,
  brokenSuites: 0,
}
const anOutcome = (changes: Partial<Outcome> = {}): Outcome => ({
  report,
  jestCode: 0,
  missing: [],
  requireInfra: false,
  ...changes,
})
const missing = [{ engine: 'mesh', suites: 5, reason: 'no PostgreSQL for vax' }] as const

test('the last line counts the tests', () => {
  const { lines, exitCode } = closingLines(anOutcome())

  expect(lines.at(-1)).toBe('300 passed, 0 failed, 2 skipped')
  expect(exitCode).toBe(0)
})

test('suites are counted by engine', () => {
  const { lines } = closingLines(anOutcome())

  expect(lines).toContainEqual(expect.stringMatching(/^postgres\s+9\s+0\s+1$/))
})

test('what an engine leaves out is skipped, with the reason', () => {
  const { lines, exitCode } = closingLines(anOutcome({ missing }))

  expect(lines.join('\n')).toContain('mesh: 5 suites skipped:\n  no PostgreSQL for vax')
  expect(lines.at(-1)).toBe('300 passed, 0 failed, 7 skipped')
  expect(exitCode).toBe(0)
})

test('where every engine is required, a missing one is a failure', () => {
  const { lines, exitCode } = closingLines(anOutcome({ missing, requireInfra: true }))

  expect(lines.at(-1)).toBe('300 passed, 5 failed, 2 skipped')
  expect(exitCode).toBe(1)
})

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
