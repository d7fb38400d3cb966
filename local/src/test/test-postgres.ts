import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describeFailure } from '../expected-failure.js'
import { freePorts } from '../processes/free-ports.js'
import { identify } from '../processes/process-id.js'
import { SupervisedProcess } from '../processes/supervised-process.js'
import { guardSpec } from '../postgres/guard-spec.js'
import { dataFolderOf } from '../postgres/cluster.js'
import { endLeftoverServer } from '../postgres/leftover-server.js'
import { TEST_CONNECTIONS } from '../postgres/server-settings.js'
import { serverUrl } from '../postgres/server-url.js'
import { claimState } from '../state/claim-state.js'
import { ensureSecrets } from '../state/secrets.js'
import { inRepository } from '../repository.js'
import { inheritedEnv } from '../start/inherited-env.js'

/** A server for the suites of one run. */
export interface TestPostgres {
  /** The superuser's. */
  readonly url: string
  readonly stop: () => Promise<void>
}

const BASE = inRepository('.votestream')
const PREFIX = 'test-'

/** The folder of everything that this run keeps; it is removed at its end. */
export const testState = join(BASE, `${PREFIX}${process.pid}`)

/** Starts a new PostgreSQL. Resolves to why not, in words, where it cannot be had. */
export async function startTestPostgres(env: NodeJS.ProcessEnv): Promise<TestPostgres | string> {
  const output: string[] = []
  try {
    await claimState(testState)
    const secrets = ensureSecrets(testState)
    const [port = 0] = await freePorts(1)
    const spec = guardSpec({
      state: testState,
      port,
      maxConnections: TEST_CONNECTIONS,
      env: inheritedEnv(env),
    })
    const note = (text: string): void => void output.push(text)
    const server = new SupervisedProcess(spec, {
      changed: () => undefined,
      line: note,
      restarting: (how) =>
        process.stderr.write(`PostgreSQL ended during the tests (${how}) and is started again\n`),
      back: () => undefined,
      failed: (failure) => process.stderr.write(`PostgreSQL is gone: ${failure.message}\n`),
    })
    await server.start()
    return { url: serverUrl(port, secrets), stop: () => server.stop() }
  } catch (error) {
    // The guard's own words say why; ours only that it could not.
    return output.length > 0 ? output.join('\n') : describeFailure(error)
  }
}

/** Removes what earlier runs left that were killed. */
export async function removeOldTestStates(): Promise<void> {
  if (!existsSync(BASE)) return
  for (const name of readdirSync(BASE)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : 0
    if (pid === 0 || (pid !== process.pid && identify(pid) !== undefined)) continue
    const folder = join(BASE, name)
    await endLeftoverServer(dataFolderOf(join(folder, 'postgres')))
    rmSync(folder, { recursive: true, force: true })
  }
}
