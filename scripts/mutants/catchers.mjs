import { spawn } from 'node:child_process'

/** More seeds than any planted bug of the table has needed; a patch may ask for more. */
const SEEDS = 400
/** Long enough for one round of faults. */
const CHAOS_SECONDS = 60
/** A bug may make a program hang, which is as good as failing. */
const LIMIT_MS = 10 * 60_000

/** What a program ends with when it has seen what it looks for; anything else is a program that broke. */
const CAUGHT = 1

const commands = {
  simulator: ({ seeds }) => ['sim/dist/main.js', '--seeds', String(seeds || SEEDS), '--no-shrink'],
  redis: () => [
    'bootstrap.mjs',
    'test',
    '--selectProjects',
    'redis',
    '--testPathPatterns',
    'newest-wins-model',
  ],
  schedules: () => [
    'bootstrap.mjs',
    'test',
    '--selectProjects',
    'postgres',
    '--testPathPatterns',
    'fold-schedules',
  ],
  chaos: () => ['scripts/chaos.mjs', '--seconds', String(CHAOS_SECONDS), '--seed', '1'],
}

/** What in the output says that this was a broken promise, and not a program that could not run. */
const signs = {
  simulator: /^seed \d+ fails: (.*)$/m,
  redis: /● (.*)/,
  schedules: /● (.*)/,
  chaos: /^(?:BROKEN|FAILED|broken) +(.*)$/im,
}

/** Runs what should catch a bug, in a tree. Resolves to whether it did, and to what it said. */
export async function runCatcher(name, tree, patch, signal) {
  const startedMs = performance.now()
  const { code, output } = await run(commands[name](patch), tree, signal)
  const said = signs[name].exec(output)?.[1]?.trim()
  return {
    caught: code === CAUGHT && said !== undefined,
    passed: code === 0,
    said,
    seed: /^seed (\d+) fails/m.exec(output)?.[1],
    seconds: (performance.now() - startedMs) / 1000,
    output,
  }
}

function run(args, cwd, signal) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, REQUIRE_INFRA: '1', VOTESTREAM_STATE: undefined }
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const end = () => child.kill('SIGTERM')
    const timer = setTimeout(end, LIMIT_MS)
    signal.addEventListener('abort', end)
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve({ code, output })
    })
  })
}
