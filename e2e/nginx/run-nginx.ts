import { eventually } from '@votestream/testing'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePorts } from '../../local/src/processes/free-ports.js'
import { mainConf } from './main-conf.js'

/** One request, as Nginx tells of it at its end: a stream when it closes. */
export interface AccessLine {
  /** The process id of the worker. */
  readonly worker: number
  readonly method: string
  readonly uri: string
  readonly client: string
  readonly status: number
  /** `Keep-Alive` of whoever answered Nginx; empty where that connection was not kept. */
  readonly keptAlive: string
  /** One for each server that was tried, in order; none where Nginx answered itself. */
  readonly tries: readonly Try[]
}

export interface Try {
  readonly server: string
  readonly status: number
  /** 0 where the connection could not be made. */
  readonly bytesSent: number
}

/** An Nginx of the machine's, with a configuration and a folder of its own. */
export interface RunningNginx extends AsyncDisposable {
  readonly url: string
  /** Everything that has ended. */
  lines(): Promise<readonly AccessLine[]>
  errors(): Promise<string>
  /** `nginx -s reload`; resolves when the command is over. */
  reload(): Promise<void>
}

const run = promisify(execFile)
const READY_WITHIN_MS = 10_000

/** Starts Nginx with what `serverConf` makes for a port, and resolves when it takes connections there. */
export const runNginx = async (serverConf: (port: number) => string): Promise<RunningNginx> => {
  const program = process.env.VOTESTREAM_TEST_NGINX ?? 'nginx'
  const folder = await mkdtemp(join(tmpdir(), 'votestream-nginx-'))
  const [port = 0] = await freePorts(1)
  await writeFile(join(folder, 'nginx.conf'), mainConf(serverConf(port)))
  const args = ['-p', `${folder}/`, '-c', 'nginx.conf', '-e', 'error.log']
  const child = spawn(program, [...args, '-g', 'daemon off;'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part))
  const ended = once(child, 'close')
  const dispose = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
  try {
    await eventually(() => assertAnswers(port, () => child.exitCode !== null), { timeoutMs: READY_WITHIN_MS })
  } catch (error) {
    const why = [said, await read('error.log').catch(() => ''), await read('nginx.conf')].join('\n')
    await dispose()
    throw new Error(`Nginx did not start:\n${why}`, { cause: error })
  }
  return {
    url: `http://127.0.0.1:${port}`,
    lines: async () => linesIn(await read('access.log')),
    errors: () => read('error.log'),
    reload: async () => {
      await run(program, [...args, '-s', 'reload'])
    },
    [Symbol.asyncDispose]: dispose,
  }
}

const assertAnswers = (port: number, isOver: () => boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    if (isOver()) throw new Error('it ended')
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })

type Raw = Omit<AccessLine, 'tries'> &
  Readonly<Record<'upstreams' | 'upstreamStatuses' | 'upstreamBytes', string>>

const linesIn = (text: string): readonly AccessLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { upstreams, upstreamStatuses, upstreamBytes, ...raw } = JSON.parse(line) as Raw
      const [statuses, bytes] = [listed(upstreamStatuses), listed(upstreamBytes)]
      const tries = listed(upstreams).map((server, index) => ({
        server,
        status: Number(statuses[index]),
        bytesSent: Number(bytes[index]),
      }))
      return { ...raw, tries }
    })

/** `$upstream_addr` and its like: one for each server that was tried. */
const listed = (text: string): readonly string[] => (text === '' || text === '-' ? [] : text.split(/[,:] /))
