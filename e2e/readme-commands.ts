import { execFile } from 'node:child_process'

/** The address that README writes for the one of `npm start`. */
const DOCUMENTED = /\b(http|ws):\/\/localhost:8080/g

/** The commands in a document's blocks tagged `sh`, in order; a prompt is no part of them, a backslash at the end continues a line. */
export const commandsIn = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.replace(/^\$ /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

export const isCurl = (command: string): boolean => /^curl\b/.test(command)

export interface Ran {
  readonly exitCode: number
  /** What each curl of the command was answered. */
  readonly statuses: readonly number[]
  readonly output: string
  readonly complaints: string
}

/** Tells the status beside what the command prints. */
const CURL = `curl() { command curl -w '%{stderr}[status %{http_code}]' "$@"; }`
const LIMIT_MS = 20_000

/** Runs a command as a reader would paste it, but against the mesh at `url`. */
export const runCommand = (command: string, url: string, cwd: string): Promise<Ran> => {
  const { host } = new URL(url)
  const script = `${CURL}\n${command.replaceAll(DOCUMENTED, `$1://${host}`)}`
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', script], { cwd, timeout: LIMIT_MS }, (error, output, complaints) => {
      const exitCode = error === null ? 0 : error.code
      const statuses = [...complaints.matchAll(/\[status (\d+)\]/g)].map(([, status]) => Number(status))
      if (typeof exitCode === 'number') resolve({ exitCode, statuses, output, complaints })
      else reject(new Error(`${command} did not end by itself`, { cause: error }))
    })
  })
}
