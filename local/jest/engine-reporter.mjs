import { writeFileSync } from 'node:fs'

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
    }
    if (process.env.VOTESTREAM_TEST_REPORT)
      writeFileSync(process.env.VOTESTREAM_TEST_REPORT, JSON.stringify(report))
  }
}

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
