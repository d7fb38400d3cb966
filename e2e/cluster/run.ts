import { spawn } from 'node:child_process'

/** Helm waits for pods that start one after the other on a small cluster. */
const LIMIT_MS = 300_000

interface RunOptions {
  /** Handed to its standard input. */
  readonly input?: string
  readonly limitMs?: number
}

/** Runs a program and resolves to what it wrote; rejects with what it complained of when it fails or takes too long. */
export const run = (
  program: string,
  args: readonly string[],
  { input = '', limitMs = LIMIT_MS }: RunOptions = {},
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe' })
    const [said, complained]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => complained.push(chunk))
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMs)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(limit)
      const text = Buffer.concat(said).toString('utf8')
      if (code === 0) resolve(text)
      else
        reject(
          new Error(
            `${program} ${args.join(' ')} ended with ${code ?? String(signal)}\n${text}${Buffer.concat(complained).toString('utf8')}`,
          ),
        )
    })
    child.stdin.on('error', () => undefined) // it ended without reading: its exit code says why
    child.stdin.end(input)
  })
