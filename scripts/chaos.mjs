// Faults of processes under load, then the checker: sets what the suite of e2e/chaos reads and runs it.
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './paths.mjs'

const HELP = `npm run chaos -- [options]

Runs the full mesh with replicas under load, kills, freezes and restarts its processes, and has the checker judge what was answered and stored.

  --smoke        3 minutes of load instead of 15
  --seconds N    so many seconds of load, 1 to 1200, and longer where not every fault has happened by then
  --seed N       decides the order and the moments of the faults, 0 to 4294967295; random when it is not given
  --keep DIR     leave the history and the stores in DIR, which must be empty or not exist; otherwise they are kept only when something is wrong
  --help         this text
`
const SMOKE_SECONDS = 180
const SECONDS = 900
/** `npm test` ends a run of 30 minutes. */
const MOST_SECONDS = 1_200
const MOST_SEED = 2 ** 32 - 1
const EXIT_USAGE = 2
const EXIT_INTERRUPTED = 130
/** A mesh that was interrupted may still be ending in there. */
const REMOVED = { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

const usageError = (message) => {
  console.error(`${message}\nnpm run chaos -- --help tells the options.`)
  process.exit(EXIT_USAGE)
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        smoke: { type: 'boolean' },
        seconds: { type: 'string' },
        seed: { type: 'string' },
        keep: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    return usageError(error.message)
  }
}

function wholeNumber(name, text, least, most) {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  return usageError(`--${name} takes a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`)
}

/** Whatever lies there already would be judged as well. */
function emptyFolder(path) {
  if (path === '') return usageError('--keep takes the name of a folder')
  const folder = resolve(path)
  try {
    mkdirSync(folder, { recursive: true })
    if (readdirSync(folder).length === 0) return folder
  } catch (error) {
    return usageError(`--keep ${path}: ${error.message}`)
  }
  return usageError(`--keep ${path}: there is something in it already`)
}

const options = readOptions()
if (options.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
if (options.smoke && options.seconds !== undefined) usageError('--smoke and --seconds exclude each other')
const seconds =
  options.seconds === undefined
    ? options.smoke
      ? SMOKE_SECONDS
      : SECONDS
    : wholeNumber('seconds', options.seconds, 1, MOST_SECONDS)
const seed =
  options.seed === undefined ? randomInt(MOST_SEED + 1) : wholeNumber('seed', options.seed, 0, MOST_SEED)
const folder =
  options.keep === undefined ? mkdtempSync(join(tmpdir(), 'votestream-chaos-')) : emptyFolder(options.keep)

console.log(`chaos: ${seconds} s of load with --seed ${seed}`)
const child = spawn(process.execPath, [join(root, 'bootstrap.mjs'), 'test', '--selectProjects', 'chaos'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    ...{ REQUIRE_INFRA: '1', VOTESTREAM_CHAOS: '1', VOTESTREAM_CHAOS_FOLDER: folder },
    ...{ VOTESTREAM_CHAOS_SECONDS: String(seconds), VOTESTREAM_CHAOS_SEED: String(seed) },
  },
})
// A terminal tells the child by itself, and what it hears twice does no harm: it ends its suites and their processes in order.
STOP_SIGNALS.forEach((signal) => process.on(signal, () => child.kill(signal)))
child.once('exit', (code) => {
  const exitCode = code ?? EXIT_INTERRUPTED
  const isForgettable = [0, EXIT_INTERRUPTED].includes(exitCode)
  if (options.keep === undefined && isForgettable) rmSync(folder, REMOVED)
  else console.log(`chaos: the history and the stores are in ${folder}; --seed ${seed}`)
  process.exit(exitCode)
})
