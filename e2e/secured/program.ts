import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A process of a test's own. */
export interface Program extends AsyncDisposable {
  /** Everything that it has written so far, by lines. */
  readonly lines: readonly string[]
  /** Resolves to the exit code, or null after a signal. */
  readonly ended: Promise<number | null>
  /** Asks it to end; resolves when it has. */
  end(signal?: NodeJS.Signals): Promise<void>
}

export interface ProgramOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly uid?: number
  readonly gid?: number
}

const END_WITHIN_MS = 15_000

/** Starts a process with the environment that is given, and no other. */
export const startProgram = ({ command, args, env = {}, ...where }: ProgramOptions): Program => {
  const child = spawn(command, args, {
    ...where,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => lines.push(line))
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    const limit = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS)
    await ended.catch(() => undefined)
    clearTimeout(limit)
  }
  return { lines, ended, end, [Symbol.asyncDispose]: () => end() }
}

/** Resolves once the program has said so; rejects when it ends before. */
export const untilSaid = async (program: Program, text: string): Promise<void> => {
  let over = false
  const early = program.ended.then((code) => {
    if (!over) throw new Error([`ended with ${code ?? 'a signal'}:`, ...program.lines].join('\n'))
  })
  const said = (async () => {
    while (!program.lines.some((line) => line.includes(text)))
      await new Promise((resolve) => setTimeout(resolve, 50))
  })()
  await Promise.race([said, early])
  over = true
}
