// What takes longer than CI has: npm run nightly -- [--only STEP ...] [--summary FILE]
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { root } from './paths.mjs'
import { expectedError } from './run.mjs'

const SEEDS = 100_000
const SCHEDULES = 3_000
const GIBIBYTE = 2 ** 30

/** In the order in which they run. `said` finds the lines that go into the summary. */
const STEPS = {
  tests: {
    args: ['bootstrap.mjs', 'test'],
    env: { VOTESTREAM_NIGHTLY: '1', VOTESTREAM_SCHEDULES: String(SCHEDULES) },
    said: /^(\d+ passed, .*|failed: .*)$/gm,
  },
  simulator: {
    args: ['bootstrap.mjs', 'sim', '--seeds', String(SEEDS)],
    said: /^(\d+ seeds, .*|seed \d+ fails.*|never happened: .*)$/gm,
  },
  mutants: { args: ['bootstrap.mjs', 'mutants'], said: /^(planted bugs: .*|.* MISSED .*)$/gm },
  chaos: {
    args: ['scripts/chaos.mjs'],
    said: /^(chaos: (\d+ s of load with|\d+ faults;|first) .*|\d+ events, .*|\d+ of \d+ rules .*|C\d .* broken.*|\d+ passed, .*|failed: .*)$/gm,
  },
}

const HELP = `npm run nightly -- [options]

Runs, one after the other: tests (with ${SCHEDULES} SQL schedules and the suites of project nightly), simulator
(${SEEDS} seeds), mutants (all planted bugs), chaos (a quarter of an hour of faults). Some two hours on two cores.

  --only STEP     only this one: ${Object.keys(STEPS).join(', ')}; may be repeated
  --summary FILE  write what was run, where, and how it ended, as Markdown; steps that were not
                  run keep what it says of them
  --help          this`

const children = new Set()
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    for (const child of children) child.kill(signal)
    process.exitCode = 130
  })

function options() {
  try {
    const known = {
      only: { type: 'string', multiple: true, default: Object.keys(STEPS) },
      summary: { type: 'string' },
      help: { type: 'boolean', default: false },
    }
    const { values } = parseArgs({ options: known })
    const wrong = values.only.find((name) => !(name in STEPS))
    if (wrong !== undefined)
      throw new Error(`--only ${wrong}: must be one of ${Object.keys(STEPS).join(', ')}`)
    return values
  } catch (error) {
    throw expectedError(`${error.message}\nSee npm run nightly -- --help`)
  }
}

function runStep(name) {
  const { args, env = {}, said } = STEPS[name]
  const startedMs = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, REQUIRE_INFRA: '1', ...env },
      stdio: ['inherit', 'pipe', 'pipe'],
    })
    children.add(child)
    let output = ''
    for (const [stream, terminal] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])
      stream.on('data', (chunk) => {
        terminal.write(chunk)
        output += chunk
      })
    child.once('error', reject)
    child.once('close', (code) => {
      children.delete(child)
      const minutes = (performance.now() - startedMs) / 60_000
      resolve({ name, code, minutes, said: [...output.matchAll(said)].map(([line]) => line.trim()) })
    })
  })
}

function rowOf({ name, code, minutes, said }) {
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout.trim()
  const when = `${new Date().toISOString().slice(0, 10)}, ${git('rev-parse', '--short', 'HEAD')}`
  const ended = code === 0 ? 'passed' : `failed (${code})`
  return `| ${name} | ${ended} | ${when} | ${minutes.toFixed(1)} | ${said.join('<br>').replaceAll('|', '\\|')} |`
}

/** Steps that were not run keep what the summary before says of them. */
function summaryOf(results, before) {
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / GIBIBYTE)} GiB, Node ${process.versions.node}`
  const rowBefore = (name) => before.split('\n').find((line) => line.startsWith(`| ${name} |`))
  const rows = Object.keys(STEPS).map((name) => {
    const result = results.find((each) => each.name === name)
    return result ? rowOf(result) : rowBefore(name)
  })
  return [
    '# The last nightly run',
    '',
    `\`npm run nightly\` writes this, each step with its day and commit; on ${machine}.`,
    '',
    '| Step | Result | When | Minutes | Said |',
    '| ---- | ------ | ---- | ------- | ---- |',
    ...rows.filter((row) => row !== undefined),
    '',
  ].join('\n')
}

async function main({ only, summary }) {
  const results = []
  for (const name of only) {
    if (process.exitCode === 130) return
    results.push(await runStep(name))
  }
  const before = summary !== undefined && existsSync(summary) ? readFileSync(summary, 'utf8') : ''
  const text = summaryOf(results, before)
  console.log(`\n${text}`)
  if (summary !== undefined) writeFileSync(summary, text)
  if (results.some(({ code }) => code !== 0)) process.exitCode = 1
}

const values = options()
if (values.help) console.log(HELP)
else await main(values)
