import type { ExpectedFailure } from '../expected-failure.js'
import { installedPrometheus } from '../engines/find-prometheus.js'
import { claimState } from '../state/claim-state.js'
import { RunJournal } from '../state/run-journal.js'
import { serverUrl } from '../postgres/server-url.js'
import { ensureSecrets } from '../state/secrets.js'
import { makeTerminal, wantsColours, type Terminal } from '../terminal/terminal.js'
import { boot } from './boot.js'
import { checkReachable } from './check-reachable.js'
import { endLeftovers } from './end-leftovers.js'
import { engineAddresses, ownEngines, watcher, type OwnEngine } from './engines.js'
import { showHelp } from './show-help.js'
import { checkPublicPort, chooseMeshPorts, portOf } from './mesh-ports.js'
import { postgresProcess, serviceProcesses } from './mesh-processes.js'
import { Mesh } from './mesh.js'
import { parseStartOptions, type StartOptions } from './options.js'
import { placesToLook } from './places.js'
import { readLauncherSettings, type LauncherSettings } from './settings.js'
import { listenForStop, type StopRequests } from '../processes/stop-requests.js'

/** How a shell reports a process that ended by Ctrl-C. */
const EXIT_INTERRUPTED = 130

/** Runs the mesh until it is told to stop. Resolves to the exit code; throws an ExpectedFailure when it cannot run. */
export async function start(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const options = parseStartOptions(args)
  if (options.help) return showHelp()
  const settings = readLauncherSettings(env, options)
  const prometheus = options.monitoring ? installedPrometheus(env) : undefined
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
    if (settings.engines !== undefined) await checkReachable(settings.engines)
    return await run({ options, settings, prometheus, env, requests, terminal, journal })
  } finally {
    journal.close()
    await terminal.flushed()
  }
}

interface Run {
  readonly options: StartOptions
  readonly settings: LauncherSettings
  /** The program; undefined when nobody watches. */
  readonly prometheus: string | undefined
  readonly env: NodeJS.ProcessEnv
  readonly requests: StopRequests
  readonly terminal: Terminal
  readonly journal: RunJournal
}

async function run(context: Run): Promise<number> {
  const { options, requests, terminal, settings } = context
  const failed = new AbortController()
  const over = AbortSignal.any([requests.stop, failed.signal])
  terminal.note(`VoteStream, ${options.full ? 'full' : 'embedded'}; its state is in ${settings.state}`)
  const { mesh, engines, booting } = await begin(context, over, (failure) => failed.abort(failure))
  const killed = aborted(requests.atOnce).then(() => mesh.kill())
  try {
    await Promise.race([booting, aborted(over)])
    await aborted(over)
  } catch (error) {
    if (!over.aborted) failed.abort(error)
  }
  if (failed.signal.aborted) terminal.note('stopping: something cannot run')
  else terminal.note(`${String(requests.stop.reason)}: stopping (Ctrl-C again within 2 s: at once)`)
  // Who is looking for engines notices as well, and removes what is only half there.
  await Promise.race([
    Promise.all([mesh.stop(), Promise.allSettled(engines.map(({ spec }) => spec))]),
    killed,
  ])
  if (failed.signal.aborted) throw failed.signal.reason
  terminal.note(requests.atOnce.aborted ? 'ended at once' : 'stopped')
  return requests.atOnce.aborted ? EXIT_INTERRUPTED : 0
}

/** Chooses where everything answers, and starts to bring it up. */
async function begin(
  { options, settings, prometheus, env, terminal, journal }: Run,
  over: AbortSignal,
  onFailed: (failure: ExpectedFailure) => void,
): Promise<{ mesh: Mesh; engines: readonly OwnEngine[]; booting: Promise<void> }> {
  const secrets = ensureSecrets(settings.state)
  const { replicas } = options
  const { engines: engineSettings, state, port: publicPort } = settings
  const { monitoring } = options
  const ports = await chooseMeshPorts({ publicPort, replicas, engines: engineSettings, monitoring })
  const urlOf = (port: number): string => `http://${hostToShow(settings.host)}:${port}`
  const url = urlOf(portOf(ports, 'gateway'))
  journal.noteAddresses(ports, url)
  const addresses = settings.engines && engineAddresses(settings.engines, ports)
  const wiring = { ...settings, engines: addresses, ports, replicas, secrets, env }
  const [postgres, services] = [postgresProcess(wiring), serviceProcesses(wiring)]
  const mesh = new Mesh({ postgres, services, journal, terminal, onFailed })
  const context = { env, progress: (text: string) => terminal.note(text), signal: over }
  const engines = [
    ...(engineSettings === undefined ? [] : ownEngines({ settings: engineSettings, state, ports, context })),
    ...(prometheus === undefined ? [] : [watcher({ program: prometheus, state, ports, replicas, env })]),
  ]
  const booting = boot({
    ...{ mesh, engines, secrets, url, options, terminal, over },
    serverUrl: serverUrl(portOf(ports, 'postgres'), secrets),
    places: placesToLook({ settings, ports, replicas, env, urlOf }),
  })
  return { mesh, engines, booting }
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
