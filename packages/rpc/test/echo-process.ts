import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('echo-process-main.mjs', import.meta.url))

/** An echo server in a process of its own, which answers with its name. */
export interface EchoProcess extends AsyncDisposable {
  readonly address: string
  signal(signal: NodeJS.Signals): void
}

export const startEchoProcess = async (name: string): Promise<EchoProcess> => {
  const child = spawn(process.execPath, [SCRIPT, name], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const exited = once(child, 'exit')
  return {
    address: `127.0.0.1:${line.toString().trim()}`,
    signal: (signal) => child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
