import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { endLeftoverEngine } from '../engines/guard/engine-record.js'
import { dataFolderOf } from '../postgres/cluster.js'
import { endLeftoverServer } from '../postgres/leftover-server.js'
import { identify, isAlive } from '../processes/process-id.js'
import { inRepository } from '../repository.js'
import { readRunRecord } from '../state/run-record.js'

const BASE = inRepository('.votestream')
const PREFIX = 'test-'
const OURS = `${PREFIX}${process.pid}`

/** The folder of everything that this run keeps; it is removed at its end. */
export const testState = join(BASE, OURS)

/** Where an engine of a run keeps what it has. */
export const engineFolder = (engine: 'postgres' | 'redis' | 'kafka', state = testState): string =>
  join(state, engine)

/** Ends and removes what this run has, or one before it that had our process id, and what other runs left that were killed. */
export async function removeTestStates(base = BASE): Promise<void> {
  if (!existsSync(base)) return
  for (const name of readdirSync(base)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN
    const folder = join(base, name)
    if (Number.isNaN(pid) || (name !== OURS && isInUse(folder, pid))) continue
    await endLeftoverServer(dataFolderOf(engineFolder('postgres', folder)))
    for (const engine of ['redis', 'kafka'] as const) await endLeftoverEngine(engineFolder(engine, folder))
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** A process id may be another's by now; the record, where there is one, tells. */
function isInUse(folder: string, pid: number): boolean {
  const record = readRunRecord(folder)
  return record === undefined ? identify(pid) !== undefined : isAlive(record.launcher)
}
