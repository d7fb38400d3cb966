import { spawn } from 'node:child_process'

/** Runs a program to its end. Resolves to its exit code (none where it cannot be started) and all that it printed. */
export function run(program, args, { cwd, env = process.env, input } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    const [stdout, stderr] = [[], []]
    child.stdout.on('data', (bytes) => stdout.push(bytes))
    child.stderr.on('data', (bytes) => stderr.push(bytes))
    child.on('error', (error) => resolve({ code: undefined, stdout: '', stderr: error.message }))
    child.on('close', (code) =>
      resolve({
        code: code ?? 1,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    )
    // A program that ends before it has read everything is told by its exit code.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

/** Like run, but a failure is an error that carries what was printed. */
export async function succeed(program, args, options) {
  const { code, stdout, stderr } = await run(program, args, options)
  if (code !== 0) throw new Error(`${[program, ...args].join(' ')}\n${stdout}${stderr}`.trimEnd())
  return stdout
}
