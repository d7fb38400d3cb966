import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter } from 'node:path'
import { z } from 'zod'
import { ExpectedFailure } from '../expected-failure.js'
import { listenForStop } from '../processes/stop-requests.js'
import { inRepository } from '../repository.js'
import { checkTable, type CheckResult } from './check-table.js'

/** package.json's scripts that begin like this are the checks: each can also be run alone. */
const PREFIX = 'check:'
/** It needs Go and some minutes, and is for whoever works on charts/: run by itself, and by .ci/run. */
const APART = 'check:charts'
/** Two at a time: the checks are busy with the processor, and a laptop has at least two cores. */
const AT_ONCE = 2
const EXIT_INTERRUPTED = 130

/** Runs every check, whatever the others say. Resolves to 0 when all of them passed. */
export async function runCheck(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (args.length > 0)
    throw new ExpectedFailure(`npm run check takes no options, and this is one: ${args[0] ?? ''}`, 2)
  const { stop } = listenForStop(env)
  const waiting = Object.entries(scripts()).filter(([name]) => name.startsWith(PREFIX) && name !== APART)
  const order = waiting.map(([name]) => name.slice(PREFIX.length))
  const results: CheckResult[] = []
  const worker = async (): Promise<void> => {
    while (!stop.aborted) {
      const next = waiting.shift()
      if (next === undefined) return
      const [name, command] = next
      const result = await runOne(name.slice(PREFIX.length), command, env, stop)
      if (!result.passed) console.log(`\n${result.name} failed (${command}):\n\n${result.output.trimEnd()}\n`)
      results.push(result)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  if (stop.aborted) return EXIT_INTERRUPTED
  results.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  console.log(checkTable(results))
  return results.every(({ passed }) => passed) ? 0 : 1
}

function scripts(): Readonly<Record<string, string>> {
  const file = z.object({ scripts: z.record(z.string(), z.string()) })
  return file.parse(JSON.parse(readFileSync(inRepository('package.json'), 'utf8'))).scripts
}

/** Runs a script as npm would, without the time that npm takes. */
function runOne(
  name: string,
  command: string,
  env: NodeJS.ProcessEnv,
  stop: AbortSignal,
): Promise<CheckResult> {
  const startedAt = performance.now()
  const path = [inRepository('node_modules/.bin'), env.PATH ?? ''].join(delimiter)
  const child = spawn(command, {
    shell: true,
    cwd: inRepository(''),
    env: { ...env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own: the shell's children end with it
  })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text))
  stop.addEventListener('abort', () => child.pid !== undefined && process.kill(-child.pid, 'SIGTERM'), {
    once: true,
  })
  return new Promise((resolve) => {
    const end = (passed: boolean): void =>
      resolve({ name, passed, output: output.join(''), tookMs: performance.now() - startedAt })
    child.once('error', (error) => {
      output.push(error.message)
      end(false)
    })
    child.once('close', (code) => end(code === 0))
  })
}
