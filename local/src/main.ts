import { describeFailure, ExpectedFailure } from './expected-failure.js'

type Command = (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>

// Loaded when asked for: a start needs nothing of the tests.
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start/start.js')).start,
  test: async () => (await import('./test/run-tests.js')).runTests,
  check: async () => (await import('./check/run-check.js')).runCheck,
}

const [verb = '', ...args] = process.argv.slice(2)
const EXIT_USAGE = 2

async function run(): Promise<number> {
  const load = Object.hasOwn(commands, verb) ? commands[verb] : undefined
  if (load === undefined)
    throw new ExpectedFailure(`say one of: ${Object.keys(commands).join(', ')}`, EXIT_USAGE)
  return (await load())(args, process.env)
}

run().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${describeFailure(error)}\n`)
    process.exit(error instanceof ExpectedFailure ? error.exitCode : 1)
  },
)
