import { createLogger } from '@votestream/runtime'
import { describeFailure } from '../expected-failure.js'
import { untilOk } from '../processes/until-ready.js'
import type { Secrets } from '../state/secrets.js'
import type { Terminal } from '../terminal/terminal.js'
import { within } from '../within.js'
import { fillDemo } from './fill-demo.js'
import type { Mesh } from './mesh.js'
import type { StartOptions } from './options.js'
import { prepareDatabase } from './prepare-database.js'
import { publicApi } from './public-api.js'
import { welcome } from './welcome.js'

/** Services look for each other about once a second. */
const HEALTHY_LIMIT_MS = 30_000

export interface Boot {
  readonly mesh: Mesh
  /** The superuser's URL of the run's database server. */
  readonly serverUrl: string
  readonly secrets: Secrets
  /** The public address. */
  readonly url: string
  readonly options: StartOptions
  readonly terminal: Terminal
  /** Aborts when the run is over before it has begun. */
  readonly over: AbortSignal
}

/** Brings a run up, step by step, and resolves when everything is ready and announced. */
export async function boot({ mesh, serverUrl, secrets, url, options, terminal, over }: Boot): Promise<void> {
  const since = stopwatch()
  await mesh.startPostgres()
  over.throwIfAborted()
  terminal.note(`PostgreSQL is ready (${since()})`)
  const logger = createLogger('launcher', 'warn', {
    write: (line) => terminal.line('launcher', line.trimEnd()),
  })
  const applied = await prepareDatabase(serverUrl, secrets, logger)
  over.throwIfAborted()
  if (applied.length > 0) terminal.note(`migrated the database: ${applied.join(', ')}`)
  await mesh.startServices()
  // Each is ready by itself; the public answer is good once they have found each other.
  await within(untilOk(`${url}/health`, over), HEALTHY_LIMIT_MS, `${url}/health`)
  over.throwIfAborted()
  terminal.note(`gateway, realtime, votes and polls are ready (${since()})`)
  terminal.block(await greet(url, options, terminal, over))
}

/** The last words of the boot. The mesh runs: a first request that fails is told, but ends nothing. */
async function greet(
  url: string,
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
    return welcome(url, await api.newestPoll())
  } catch (error) {
    over.throwIfAborted()
    terminal.complain(describeFailure(error))
    return welcome(url, undefined)
  }
}

function stopwatch(): () => string {
  const startedAt = performance.now()
  return () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
}
