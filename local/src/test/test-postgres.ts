import type { EngineContext } from '../engines/engine-context.js'
import { ExpectedFailure } from '../expected-failure.js'
import { guardSpec } from '../postgres/guard-spec.js'
import { TEST_CONNECTIONS } from '../postgres/server-settings.js'
import { serverUrl } from '../postgres/server-url.js'
import { freePorts } from '../processes/free-ports.js'
import { SupervisedProcess } from '../processes/supervised-process.js'
import { inheritedEnv } from '../start/inherited-env.js'
import { ensureSecrets } from '../state/secrets.js'
import { testState } from './test-state.js'

/** A server for the suites of one run. */
export interface TestPostgres {
  /** The superuser's. */
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Starts a new PostgreSQL in the run's folder; throws, with the server's own words, where it cannot be had. */
export async function startTestPostgres({ env, signal }: EngineContext): Promise<TestPostgres> {
  const words: string[] = []
  const secrets = ensureSecrets(testState)
  const [port = 0] = await freePorts(1)
  const spec = guardSpec({
    state: testState,
    port,
    maxConnections: TEST_CONNECTIONS,
    env: inheritedEnv(env),
  })
  const server = new SupervisedProcess(spec, {
    changed: () => undefined,
    line: (text) => void words.push(text),
    restarting: (how) =>
      process.stderr.write(`PostgreSQL ended during the tests (${how}) and is started again\n`),
    back: () => undefined,
    failed: (failure) => process.stderr.write(`PostgreSQL is gone: ${failure.message}\n`),
  })
  try {
    await Promise.race([server.start(), whenAborted(signal)])
  } catch (error) {
    await server.stop()
    signal?.throwIfAborted()
    // The guard's own words say why; ours only that it could not.
    throw words.length > 0 ? new ExpectedFailure(words.join('\n'), 1, { cause: error }) : error
  }
  return { url: serverUrl(port, secrets), stop: () => server.stop() }
}

const whenAborted = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_resolve, reject) =>
    signal?.addEventListener('abort', () => reject(new ExpectedFailure('stopped')), { once: true }),
  )
