import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listenForStop } from '../processes/stop-requests.js'
import { inRepository } from '../repository.js'
import { closingLines, testReport, type MissingEngine, type TestReport } from './closing-lines.js'
import { NEED_POSTGRES } from './engines.js'
import { jestProgram, runJest } from './run-jest.js'
import { requiresInfra } from './settings.js'
import { removeOldTestStates, startTestPostgres, testState } from './test-postgres.js'

const EXIT_INTERRUPTED = 130

/** Runs every test that this machine can; `args` go to jest. Resolves to the exit code. */
export async function runTests(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const requireInfra = requiresInfra(env)
  const { stop } = listenForStop(env)
  await removeOldTestStates()
  const postgres = await startTestPostgres(env)
  mkdirSync(testState, { recursive: true }) // there already, unless not even a folder could be had
  try {
    if (isOver(stop)) return EXIT_INTERRUPTED
    const missing = typeof postgres === 'string' ? missingEngines(args, postgres) : []
    const reportFile = join(testState, 'report.json')
    const without = missing.length === 0 ? [] : ['--ignoreProjects', ...NEED_POSTGRES]
    const url = typeof postgres === 'string' ? {} : { VOTESTREAM_TEST_POSTGRES: postgres.url }
    const jest = { args: [...args, ...without], env: { ...env, ...url }, reportFile, stop }
    const { code, killed } = await runJest(jest)
    if (killed !== undefined) console.log(`\n${killed}`)
    if (isOver(stop)) return EXIT_INTERRUPTED
    const report = readReport(reportFile)
    const { lines, exitCode } = closingLines({ report, jestCode: code, missing, requireInfra })
    console.log(lines.join('\n'))
    return exitCode
  } finally {
    if (typeof postgres !== 'string') await postgres.stop()
    await removeOldTestStates()
  }
}

/** A look that the compiler does not take for the last one. */
const isOver = (signal: AbortSignal): boolean => signal.aborted

function readReport(file: string): TestReport | undefined {
  try {
    return testReport.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

/** Counts what cannot run, among what was asked for. */
function missingEngines(args: readonly string[], reason: string): MissingEngine[] {
  return NEED_POSTGRES.map((engine) => {
    const list = ['--listTests', '--json', '--selectProjects', engine]
    const { stdout } = spawnSync(process.execPath, [jestProgram(), ...args, ...list], {
      cwd: inRepository(''),
      encoding: 'utf8',
    })
    return { engine, reason, suites: countIn(stdout) }
  })
}

function countIn(list: string): number {
  try {
    return (JSON.parse(list) as string[]).length
  } catch {
    return 0
  }
}
