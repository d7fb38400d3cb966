import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listenForStop } from '../processes/stop-requests.js'
import { claimState } from '../state/claim-state.js'
import { closingLines, testReport, type LeftOut, type TestReport } from './closing-lines.js'
import { listSuites } from './list-suites.js'
import { projectsOf, type Need, type Project } from './projects.js'
import { runJest, type JestEnd } from './run-jest.js'
import { requiresInfra } from './settings.js'
import { startNeeds, type StartedNeeds } from './start-needs.js'
import { testEngineStarters } from './test-engines.js'
import { removeTestStates, testState } from './test-state.js'

const EXIT_INTERRUPTED = 130

/** Runs every test that this machine can; `args` go to jest. Resolves to the exit code. */
export async function runTests(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const requireInfra = requiresInfra(env)
  const { stop } = listenForStop(env)
  // Not on standard output, which may be asked to be JSON; nor about what we are asked to give up.
  const progress = (text: string): void => {
    if (!stop.aborted) process.stderr.write(`${text}\n`)
  }
  await removeTestStates()
  await claimState(testState)
  const suites = listSuites(args, env)
  const needs = [...new Set([...suites.keys()].flatMap((project) => project.needs))]
  const engines = await startNeeds(needs, testEngineStarters({ env, progress, signal: stop }), progress)
  try {
    if (isOver(stop)) return EXIT_INTERRUPTED
    const leftOut = whatIsLeftOut(suites, engines.unavailable)
    const nothingIsLeft = suites.size > 0 && leftOut.length === suites.size
    const reportFile = join(testState, 'report.json')
    const run = { args: [...args, ...ignoring(leftOut)], env: suiteEnv(env, engines), reportFile, stop }
    const { code, killed }: JestEnd = nothingIsLeft ? { code: 0 } : await runJest(run)
    if (killed !== undefined) console.log(`\n${killed}`)
    if (isOver(stop)) return EXIT_INTERRUPTED
    const { lines, exitCode } = closingLines({
      engines: projectsOf(env).map(({ name }) => name),
      report: readReport(reportFile),
      jestCode: code,
      leftOut,
      requireInfra,
      everything: args.length === 0,
    })
    console.log(lines.join('\n'))
    return exitCode
  } finally {
    await engines.stop()
    await removeTestStates()
  }
}

/** A look that the compiler does not take for the last one. */
const isOver = (signal: AbortSignal): boolean => signal.aborted

/** Engines of the surroundings are the suites' only by the variables for tests: the meshes that they start have their own. */
function suiteEnv(env: NodeJS.ProcessEnv, engines: StartedNeeds): NodeJS.ProcessEnv {
  const { KAFKA_BROKERS: _brokers, REDIS_URL: _url, ...others } = env
  return { ...others, ...engines.env }
}

/** Counts what cannot run, among what was asked for. */
const whatIsLeftOut = (
  suites: ReadonlyMap<Project, number>,
  unavailable: ReadonlyMap<Need, string>,
): LeftOut[] =>
  [...suites]
    .map(([{ name, needs }, count]) => ({
      engine: name,
      suites: count,
      reasons: needs.flatMap((need) => unavailable.get(need) ?? []),
    }))
    .filter(({ reasons }) => reasons.length > 0)

const ignoring = (leftOut: readonly LeftOut[]): string[] =>
  leftOut.length === 0 ? [] : ['--ignoreProjects', ...leftOut.map(({ engine }) => engine)]

function readReport(file: string): TestReport | undefined {
  try {
    return testReport.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}
