import { EventEmitter } from 'node:events'
import { readFile } from 'node:fs/promises'
import { HELP, readOptions, type Options } from './cli/options.js'
import { failureText, neverHappened, summaryText } from './cli/report.js'
import { runSeeds } from './cli/run-seeds.js'
import { planOf, shrink } from './cli/try-seed.js'
import type { Plan } from './plan.js'
import { run } from './run.js'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** One plan: the first thing that a person does with a failure. */
const runOne = async (plan: Plan, trace: boolean): Promise<boolean> => {
  const { violations, traceHash, coverage } = await run(plan, trace ? { onTrace: say } : {})
  say(`plan ${JSON.stringify(plan)}`)
  say(`happened ${JSON.stringify(coverage)}`)
  say(`trace ${traceHash}`)
  violations.forEach((violation) => say(`violation: ${violation}`))
  return violations.length === 0
}

const runMany = async (options: Options): Promise<boolean> => {
  const summary = await runSeeds({ ...options, say, isTerminal: process.stdout.isTTY })
  const first = summary.failed.toSorted((a, b) => a.seed - b.seed)[0]
  const shrunk = first && !options.noShrink ? await shrink(first.seed) : undefined
  if (first && shrunk) say(failureText(first.seed, shrunk))
  else if (first && !options.noShrink)
    say(`seed ${first.seed} failed once and not again: ${first.violations.join('; ')}`)
  say(summaryText(summary))
  return first === undefined && neverHappened(summary).length === 0
}

const main = async (): Promise<boolean> => {
  const options = readOptions(process.argv.slice(2))
  if (options.help) {
    say(HELP)
    return true
  }
  if (options.plan !== undefined)
    return runOne(JSON.parse(await readFile(options.plan, 'utf8')) as Plan, options.trace)
  return options.seed === undefined ? runMany(options) : runOne(planOf(options.seed), options.trace)
}

// Errors are made by the thousand, and nobody reads where.
Error.stackTraceLimit = 0
EventEmitter.defaultMaxListeners = 0
process.exitCode = (await main()) ? 0 : 1
