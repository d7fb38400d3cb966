import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExpectedFailure } from '../../expected-failure.js'
import { syncFolder } from '../../state/files.js'
import { runTool } from '../provision/tools.js'
import { javaCommand, type JavaOptions } from './java-command.js'
import { formatProperties, serverProperties, type BrokerPorts } from './server-properties.js'

/** Where the broker's data lies below its folder. */
export const DATA = 'data'

const DRAFT = 'draft-'
/** A constant will do: whether it is the right log is told by the log's own first record. */
const CLUSTER_ID = 'Vm90ZVN0cmVhbUxvY2FsMQ'
const LIMIT_MS = 60_000

/**
 * Makes sure that there is formatted storage. It is made under another name and renamed when it is whole: what a
 * killed start left half-way is removed by the next.
 */
export async function ensureStorage(
  folder: string,
  java: JavaOptions,
  ports: BrokerPorts,
  signal: AbortSignal,
): Promise<void> {
  if (existsSync(join(folder, DATA, 'meta.properties'))) return
  for (const name of readdirSync(folder)) {
    if (name.startsWith(DRAFT)) rmSync(join(folder, name), { recursive: true, force: true })
  }
  const draft = `${DRAFT}${process.pid}`
  const settings = `${draft}.properties`
  writeFileSync(join(folder, settings), formatProperties(serverProperties(ports, draft)))
  const command = javaCommand(java, 'kafka.tools.StorageTool', ['format', '-t', CLUSTER_ID, '-c', settings])
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', ...command.env }
  await runTool({ ...command, env, folder, limitMs: LIMIT_MS, signal }).catch((error: unknown) => {
    throw new ExpectedFailure(`Kafka's storage cannot be formatted: ${(error as Error).message}`, 1, {
      cause: error,
    })
  })
  rmSync(join(folder, settings))
  renameSync(join(folder, draft), join(folder, DATA))
  syncFolder(folder)
}
