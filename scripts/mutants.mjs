// Planted bugs: npm run test:mutants -- [--only simulator|schedules|chaos] [--list] [NAME ...]
// Plants each bug of mutants/ in a copy of the repository, runs what must notice it, and shows the table.
import { parseArgs } from 'node:util'
import { CATCHERS, readPatches } from './mutants/patches.mjs'
import { runCatcher } from './mutants/catchers.mjs'
import { makeTree } from './mutants/tree.mjs'
import { expectedError } from './run.mjs'

const HELP = `npm run test:mutants -- [options] [NAME ...]

Plants each bug of mutants/*.patch in a copy of the repository, runs what must notice it, and shows who did.
NAME is a part of a bug's name; without one, all of them.

  --only CATCHER  only bugs that are caught by it: ${CATCHERS.join(', ')}; may be repeated
  --list          say which there are, and run nothing
  --help          this

Exit code: 0 all were caught, 1 one was not, 2 bad options. Schedules need PostgreSQL; chaos needs Kafka, Redis and Python as well, and two minutes a bug.`

/** Enough of the end to see why a program broke. */
const TAIL_LINES = 15
/** Some of them would fail if the simulator did without any bug. */
const GREEN_SEEDS = 40

const { values, positionals } = options()
if (values.help) console.log(HELP)
else if (values.list)
  for (const each of chosen())
    console.log(`${each.name.padEnd(36)} ${each.caughtBy.padEnd(10)} ${each.title}`)
else process.exitCode = await main()

function options() {
  const known = {
    only: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  }
  try {
    const parsed = parseArgs({ options: known, allowPositionals: true })
    const wrong = parsed.values.only.find((name) => !CATCHERS.includes(name))
    if (wrong !== undefined) throw new Error(`--only ${wrong}: must be one of ${CATCHERS.join(', ')}`)
    return parsed
  } catch (error) {
    console.error(`${error.message}\nSee npm run test:mutants -- --help`)
    process.exit(2)
  }
}

function chosen() {
  const asked = readPatches()
    .filter(({ caughtBy }) => values.only.length === 0 || values.only.includes(caughtBy))
    .filter(({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)))
  if (asked.length === 0)
    throw expectedError('no planted bug is called that: see npm run test:mutants -- --list')
  return asked
}

async function main() {
  const patches = chosen()
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())
  const tree = makeTree()
  try {
    await expectGreen(tree, [...new Set(patches.map(({ caughtBy }) => caughtBy))], stop.signal)
    const rows = []
    for (const patch of patches) {
      if (stop.signal.aborted) return 130
      rows.push({ patch, ...(await tryOne(tree, patch, stop.signal)) })
      console.log(rowOf(rows.at(-1)))
    }
    const missed = rows.filter(({ caught }) => !caught)
    for (const { patch, output } of missed)
      console.log(
        `\n${patch.name}: ${patch.caughtBy} ended with\n${output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n')}`,
      )
    console.log(`\nplanted bugs: ${rows.length - missed.length} of ${rows.length} caught`)
    return missed.length === 0 ? 0 : 1
  } finally {
    tree.end()
  }
}

/** Without a bug nothing is noticed: otherwise what follows would prove nothing. */
async function expectGreen(tree, catchers, signal) {
  for (const name of catchers) {
    const { passed, seconds, output } = await runCatcher(name, tree.path, { seeds: GREEN_SEEDS }, signal)
    if (!passed)
      throw expectedError(
        `${name} fails without any planted bug:\n${output.split('\n').slice(-TAIL_LINES).join('\n')}`,
      )
    console.log(`${'(no bug)'.padEnd(36)} ${name.padEnd(10)} green    ${seconds.toFixed(1).padStart(6)} s`)
  }
}

async function tryOne(tree, patch, signal) {
  tree.plant(patch)
  try {
    return await runCatcher(patch.caughtBy, tree.path, patch, signal)
  } finally {
    tree.remove(patch)
  }
}

function rowOf({ patch, caught, seconds, seed, said = '' }) {
  const where = seed === undefined ? '' : `seed ${seed}: `
  const what = caught ? `${where}${said}`.slice(0, 110) : 'NOT CAUGHT'
  return `${patch.name.padEnd(36)} ${patch.caughtBy.padEnd(10)} ${caught ? 'caught  ' : 'MISSED  '} ${seconds.toFixed(1).padStart(6)} s  ${what}`
}
