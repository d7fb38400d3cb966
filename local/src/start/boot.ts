import { createLogger } from '@votestream/runtime'
import { describeFailure, ExpectedFailure } from '../expected-failure.js'
import { untilOk } from '../processes/until-ready.js'
import type { Secrets } from '../state/secrets.js'
import type { Terminal } from '../terminal/terminal.js'
import { within } from '../within.js'
import type { OwnEngine } from './engines.js'
import { fillDemo } from './fill-demo.js'
import type { Mesh } from './mesh.js'
import type { StartOptions } from './options.js'
import { prepareDatabase } from './prepare-database.js'
import { publicApi } from './public-api.js'
import { welcome, type Place } from './welcome.js'

/** Services look for each other about once a second; in Kafka a group waits up to 10 s for a member that was killed. */
const HEALTHY_LIMIT_MS = 45_000

export interface Boot {
  readonly mesh: Mesh
  readonly engines: readonly OwnEngine[]
  /** The superuser's URL of the run's database server. */
  readonly serverUrl: string
  readonly secrets: Secrets
  /** The public address. */
  readonly url: string
  /** Where to look at what lies below the public address. */
  readonly places: readonly Place[]
  readonly options: StartOptions
  readonly terminal: Terminal
  /** Aborts when the run is over before it has begun. */
  readonly over: AbortSignal
}

/** Brings a run up and resolves when everything is ready and announced. What does not need each other starts side by side. */
export async function boot(context: Boot): Promise<void> {
  const { mesh, engines, url, places, options, terminal, over } = context
  const since = stopwatch()
  const database = startDatabase(context, since)
  const started = engines.map((engine) => startEngine(engine, context, since))
  // Not earlier: during a download they would complain for minutes. Not later: they load while Kafka starts.
  const found = Promise.all([database, ...engines.map(({ spec }) => spec)])
  await Promise.all([...started, found.then(() => mesh.startServices())])
  // Each is ready by itself; the public answer is good once they have found each other.
  await untilHealthy(`${url}/health`, mesh, over)
  over.throwIfAborted()
  terminal.note(`gateway, realtime, votes and polls are ready (${since()})`)
  terminal.block(await greet(url, places, options, terminal, over))
}

async function startDatabase({ mesh, serverUrl, secrets, terminal, over }: Boot, since: () => string) {
  await mesh.startPostgres()
  over.throwIfAborted()
  terminal.note(`PostgreSQL is ready (${since()})`)
  const logger = createLogger('launcher', 'warn', {
    write: (line) => terminal.line('launcher', line.trimEnd()),
  })
  const applied = await prepareDatabase(serverUrl, secrets, logger)
  over.throwIfAborted()
  if (applied.length > 0) terminal.note(`migrated the database: ${applied.join(', ')}`)
}

async function startEngine(engine: OwnEngine, { mesh, terminal, over }: Boot, since: () => string) {
  const spec = await engine.spec
  over.throwIfAborted()
  await mesh.startEngine(engine.name, spec, engine.limitMs)
  terminal.note(`${engine.name} is ready (${since()})`)
}

async function untilHealthy(url: string, mesh: Mesh, over: AbortSignal): Promise<void> {
  try {
    await within(untilOk(url, over), HEALTHY_LIMIT_MS, url)
  } catch (error) {
    over.throwIfAborted()
    const answer = await fetch(url).then(
      (response) => response.text(),
      () => 'nothing',
    )
    const reasons = [`${describeFailure(error)}; it says ${answer.trim()}`, mesh.lastWords]
    throw new ExpectedFailure(reasons.filter((each) => each !== undefined).join('\n'), 1, { cause: error })
  }
}

/** The last words of the boot. The mesh runs: a first request that fails is told, but ends nothing. */
async function greet(
  url: string,
  places: readonly Place[],
  { demo }: StartOptions,
  terminal: Terminal,
  over: AbortSignal,
): Promise<string> {
  const api = publicApi(url, over)
  try {
    if (demo) {
      await fillDemo(api)
      terminal.note('the demo polls are there')
    }
    return welcome({ url, newest: await api.newestPoll(), places })
  } catch (error) {
    over.throwIfAborted()
    terminal.complain(describeFailure(error))
    return welcome({ url, newest: undefined, places })
  }
}

function stopwatch(): () => string {
  const startedAt = performance.now()
  return () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
}
