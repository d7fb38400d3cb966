import { claimState } from '../state/claim-state.js'
import { RunJournal } from '../state/run-journal.js'
import { serverUrl } from '../postgres/server-url.js'
import { ensureSecrets } from '../state/secrets.js'
import { makeTerminal, wantsColours, type Terminal } from '../terminal/terminal.js'
import { boot } from './boot.js'
import { endLeftovers } from './end-leftovers.js'
import { showHelp } from './show-help.js'
import { checkPublicPort, chooseMeshPorts } from './mesh-ports.js'
import { meshProcesses } from './mesh-processes.js'
import { Mesh } from './mesh.js'
import { parseStartOptions, type StartOptions } from './options.js'
import { readLauncherSettings, type LauncherSettings } from './settings.js'
import { listenForStop, type StopRequests } from '../processes/stop-requests.js'

/** How a shell reports a process that ended by Ctrl-C. */
const EXIT_INTERRUPTED = 130

/** Runs the mesh until it is told to stop. Resolves to the exit code; throws an ExpectedFailure when it cannot run. */
export async function start(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const options = parseStartOptions(args)
  if (options.help) return showHelp()
  const settings = readLauncherSettings(env)
  const requests = listenForStop(env)
  const terminal = makeTerminal({
    out: process.stdout,
    err: process.stderr,
    json: options.json,
    colours: wantsColours(process.stdout, env),
  })
  const leftovers = await claimState(settings.state)
  const journal = RunJournal.open(settings.state)
  try {
    for (const name of await endLeftovers(leftovers)) terminal.note(`ended what a killed run left: ${name}`)
    journal.noteNothingLeft()
    await checkPublicPort(settings.host, settings.port)
    return await run({ options, settings, env, requests, terminal, journal })
  } finally {
    journal.close()
    await terminal.flushed()
  }
}

interface Run {
  readonly options: StartOptions
  readonly settings: LauncherSettings
  readonly env: NodeJS.ProcessEnv
  readonly requests: StopRequests
  readonly terminal: Terminal
  readonly journal: RunJournal
}

async function run(context: Run): Promise<number> {
  const { options, requests, terminal, settings, journal } = context
  const failed = new AbortController()
  const secrets = ensureSecrets(settings.state)
  const ports = await chooseMeshPorts(settings.port)
  const url = `http://${hostToShow(settings.host)}:${ports.gateway}`
  journal.noteAddresses({ ...ports }, url)
  const wiring = { ...settings, ports, secrets, env: context.env }
  const mesh = new Mesh({
    processes: meshProcesses(wiring),
    journal,
    terminal,
    onFailed: (failure) => failed.abort(failure),
  })
  const over = AbortSignal.any([requests.stop, failed.signal])
  terminal.note(`VoteStream, embedded; its state is in ${settings.state}`)
  const killed = aborted(requests.atOnce).then(() => mesh.kill())
  try {
    await Promise.race([
      boot({ mesh, serverUrl: serverUrl(ports.postgres, secrets), secrets, url, options, terminal, over }),
      aborted(over),
    ])
    await aborted(over)
  } catch (error) {
    if (!over.aborted) failed.abort(error)
  }
  if (failed.signal.aborted) terminal.note('stopping: something cannot run')
  else terminal.note(`${String(requests.stop.reason)}: stopping (Ctrl-C again within 2 s: at once)`)
  await Promise.race([mesh.stop(), killed])
  if (failed.signal.aborted) throw failed.signal.reason
  terminal.note(requests.atOnce.aborted ? 'ended at once' : 'stopped')
  return requests.atOnce.aborted ? EXIT_INTERRUPTED : 0
}

/** Wildcard addresses can be bound but not visited. */
const hostToShow = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
