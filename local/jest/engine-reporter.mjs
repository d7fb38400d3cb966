import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** The title of a contract suite's outer block: `describe.each(adapters)('Port (%s)', ...)`. */
const PORT_AND_ADAPTER = /^(.+) \((.+)\)$/

/**
 * Writes the run's counts, by engine (a project's displayName), to the file that VOTESTREAM_TEST_REPORT names:
 * `npm test` reads them for its closing lines, which come after everything that jest itself prints.
 */
export default class EngineReporter {
  /** A suite that broke before its first test does not say to which project it belongs: jest tells it here. */
  #engines = new Map()

  onTestResult({ context, path }) {
    this.#engines.set(path, context.config.displayName.name)
  }

  onRunComplete(_contexts, results) {
    const engines = {}
    for (const suite of results.testResults) {
      const name = this.#engines.get(suite.testFilePath)
      engines[name] ??= { ran: 0, failed: 0, skipped: 0 }
      const failed = suite.testExecError !== undefined || suite.numFailingTests > 0 || suite.failureMessage
      if (failed) engines[name].failed += 1
      if (suite.skipped) engines[name].skipped += 1
      else engines[name].ran += 1
    }
    const report = {
      engines,
      contracts: contractsIn(results.testResults),
      passed: results.numPassedTests,
      failed: results.numFailedTests,
      skipped: results.numPendingTests + results.numTodoTests,
      /** Suites that failed as a whole have no failed test to count. */
      brokenSuites: results.numRuntimeErrorTestSuites,
      failures: failuresIn(results.testResults),
    }
    if (process.env.VOTESTREAM_TEST_REPORT)
      writeFileSync(process.env.VOTESTREAM_TEST_REPORT, JSON.stringify(report))
  }
}

/** What failed, a line each: suite, test and reason. */
function failuresIn(suites) {
  return suites.flatMap(({ testFilePath, testExecError, testResults }) => {
    const file = relative(process.cwd(), testFilePath)
    const broken = testExecError === undefined ? [] : [`${file}: ${reasonIn(testExecError.message)}`]
    const failed = testResults.filter(({ status }) => status === 'failed')
    return [
      ...broken,
      ...failed.map((test) => `${file}: ${test.fullName}: ${reasonIn(test.failureMessages[0])}`),
    ]
  })
}

/** Enough for what was expected and what came. */
const REASON_LENGTH = 400

/** In one line, without colours and the stack. */
const reasonIn = (text = '') =>
  stripVTControlCharacters(text)
    .split(/\n +at /)[0]
    .replaceAll(/\s+/g, ' ')
    .slice(0, REASON_LENGTH)

/** The adapters by port over which the contract suites ran at least one test. */
function contractsIn(suites) {
  const contracts = {}
  for (const { testFilePath, testResults } of suites) {
    if (!testFilePath.endsWith('.contract.ts')) continue
    for (const { ancestorTitles, status } of testResults) {
      const [, port, adapter] = PORT_AND_ADAPTER.exec(ancestorTitles[0] ?? '') ?? []
      if (port === undefined || (status !== 'passed' && status !== 'failed')) continue
      contracts[port] = [...new Set([...(contracts[port] ?? []), adapter])]
    }
  }
  return contracts
}
