import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { inRepository } from '../repository.js'
import { jestProgram } from './jest-program.js'

export interface JestRun {
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Where the reporter writes its counts when the last suite has ended. */
  readonly reportFile: string
  readonly stop: AbortSignal
}

export interface JestEnd {
  readonly code: number
  /** Why jest had to be killed, if it had to. */
  readonly killed?: string
}

/** Everything is over: only what a suite left open keeps jest from ending. */
const LEAK_LIMIT_MS = 10_000
/** Twice what all suites take on two cores: a run that is longer hangs, and CI, which gives 38 minutes to everything, still hears where. */
const RUN_LIMIT_MS = 30 * 60_000
/** How long a jest that was asked to end may take. */
const STOP_GRACE_MS = 5000
const POLL_MS = 250

const REPORTERS = [
  'default',
  inRepository('local/jest/engine-reporter.mjs'),
  inRepository('local/jest/end-with-starter.mjs'),
]

/** Runs jest on this terminal and resolves when it is gone, by itself or not. */
export async function runJest(run: JestRun): Promise<JestEnd> {
  const watching = run.args.some((arg) => arg.startsWith('--watch'))
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  const reporters = REPORTERS.map((reporter) => `--reporters=${reporter}`)
  const child = spawn(
    process.execPath,
    [...flags, jestProgram(), ...reporters, '--openHandlesTimeout=0', ...run.args],
    {
      cwd: inRepository(''),
      env: { ...run.env, VOTESTREAM_TEST_REPORT: run.reportFile },
      stdio: 'inherit',
      // A group of its own, so that whatever the suites started can be ended with it; watching needs the keyboard instead.
      detached: !watching,
    },
  )
  const kill = (signal: NodeJS.Signals): void => endGroup(child, signal)
  const { ended, why } = watch(child, run, watching ? Number.POSITIVE_INFINITY : RUN_LIMIT_MS, kill)
  run.stop.addEventListener('abort', () => {
    kill('SIGTERM')
    setTimeout(() => kill('SIGKILL'), STOP_GRACE_MS).unref()
  })
  const code = await ended
  const killed = why()
  return killed === undefined ? { code } : { code: code === 0 ? 1 : code, killed }
}

function watch(
  child: ChildProcess,
  { reportFile }: JestRun,
  limitMs: number,
  kill: (signal: NodeJS.Signals) => void,
) {
  const startedAt = performance.now()
  let reportedAt: number | undefined
  let why: string | undefined
  const timer = setInterval(() => {
    const now = performance.now()
    if (limitMs !== Number.POSITIVE_INFINITY && existsSync(reportFile)) reportedAt ??= now
    if (reportedAt !== undefined && now - reportedAt > LEAK_LIMIT_MS)
      why = `jest did not end within ${LEAK_LIMIT_MS / 1000} s of the last suite: a suite left something open`
    if (now - startedAt > limitMs) why = `the tests took longer than ${limitMs / 60_000} minutes`
    if (why !== undefined) kill('SIGKILL')
  }, POLL_MS)
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      clearInterval(timer)
      resolve(code ?? 1)
    })
  })
  return { ended, why: () => why }
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    child.kill(signal) // it has no group of its own, or is gone
  }
}
