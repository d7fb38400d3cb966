import { join } from 'node:path'
import { describeFailure, ExpectedFailure } from '../expected-failure.js'
import { readSecrets } from '../state/secrets.js'
import { serverAccount } from './account.js'
import { postgresBinaries } from './binaries.js'
import { dataFolderOf, ensureCluster, makeServerFolder } from './cluster.js'
import { endLeftoverServer } from './leftover-server.js'
import { runAs } from './run-as.js'
import { startServer, type RunningServer } from './server.js'
import { serverLine } from './server-line.js'

export interface GuardOptions {
  /** The run's state folder: the data lies below it, the superuser's password in its secrets. */
  readonly state: string
  readonly port: number
  readonly maxConnections: number
}

/** What the guard tells the launcher besides its ports. */
export interface GuardServing {
  readonly type: 'serving'
  readonly ports: { readonly postgres: number }
  /** The server's own process. */
  readonly pid: number
}

/**
 * Runs the server for as long as the launcher lives: a lost IPC channel, SIGTERM or SIGINT stop it, and when the server
 * ends by itself so do we, and the launcher starts both again.
 */
export async function guard(options: GuardOptions): Promise<void> {
  const stopped = new AbortController()
  const stop = () => stopped.abort()
  process.once('disconnect', stop)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)
  // The launcher reads our output; its death must not be ours before the server is down.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  try {
    const server = await open(options, stopped.signal)
    const message: GuardServing = { type: 'serving', ports: { postgres: options.port }, pid: server.pid }
    process.send?.(message, undefined, undefined, () => undefined)
    const how = await server.ended
    if (!stopped.signal.aborted) say('error', `PostgreSQL ended: ${how}`)
    process.exit(stopped.signal.aborted ? 0 : 1)
  } catch (error) {
    if (stopped.signal.aborted) process.exit(0)
    process.stderr.write(`${describeFailure(error)}\n`)
    process.exit(error instanceof ExpectedFailure ? error.exitCode : 1)
  }
}

async function open(options: GuardOptions, signal: AbortSignal): Promise<RunningServer> {
  const folder = join(options.state, 'postgres')
  const dataFolder = dataFolderOf(folder)
  const binaries = postgresBinaries()
  const account = serverAccount(dataFolder)
  makeServerFolder(folder, account)
  const way = runAs(account, { binaries, folder })
  const { superuser } = readSecrets(options.state)
  const leftover = await endLeftoverServer(dataFolder)
  if (leftover !== undefined)
    say('warn', `stopped the server that a killed run left behind (pid ${leftover})`)
  const cluster = await ensureCluster({ folder, account, binaries, runAs: way, password: superuser, signal })
  if (cluster === 'made') say('info', 'made a new database')
  return startServer({ ...options, dataFolder, binaries, runAs: way, signal, onLine: tell })
}

const VERBOSE = ['debug', 'trace'].includes(process.env.LOG_LEVEL ?? '')

function tell(line: string): void {
  const { level, message } = serverLine(line)
  if (level !== 'debug' || VERBOSE) say(level, message)
}

/** In the form of the services' own log lines. */
function say(level: string, msg: string): void {
  process.stdout.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), service: 'postgres', msg })}\n`,
  )
}
