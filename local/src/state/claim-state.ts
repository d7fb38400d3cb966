import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExpectedFailure } from '../expected-failure.js'
import { identify, isAlive } from '../processes/process-id.js'
import { formatRunRecord, readRunRecord, runRecordPath, type RunRecord } from './run-record.js'

/** Two starts that find the same dead run both take it over; the one that wrote last sees itself after this, the other does not. */
const SETTLE_MS = 100

/** Others may enter, because the database may run as another user, but neither list nor read: every file inside is for its owner. */
const STATE_MODE = 0o711

/** Takes the state folder for this process. Resolves to what a killed run left there; throws when a run is alive. */
export async function claimState(state: string): Promise<RunRecord['processes']> {
  makeStateFolder(state)
  const launcher = identify(process.pid)
  if (launcher === undefined) throw new Error('cannot find this very process')
  const mine: RunRecord = { launcher, processes: {}, ports: {}, url: '' }
  if (create(state, mine)) return {}
  const found = readRunRecord(state) ?? (await readAgain(state))
  if (found !== undefined && isAlive(found.launcher)) throw refusal(state, found)
  rmSync(runRecordPath(state), { force: true })
  // What was left is taken into the new record: if we are killed too, the next start still knows it.
  create(state, { ...mine, processes: found?.processes ?? {} })
  await sleep(SETTLE_MS)
  const settled = readRunRecord(state)
  if (settled?.launcher.pid !== process.pid) throw refusal(state, settled)
  return found?.processes ?? {}
}

/** A record that makes no sense may be one that is just being written. */
async function readAgain(state: string): Promise<RunRecord | undefined> {
  await sleep(SETTLE_MS)
  return readRunRecord(state)
}

function makeStateFolder(state: string): void {
  try {
    if (mkdirSync(state, { recursive: true }) !== undefined) chmodSync(state, STATE_MODE)
  } catch (error) {
    throw unusable(state, error)
  }
}

function create(state: string, record: RunRecord): boolean {
  try {
    writeFileSync(runRecordPath(state), formatRunRecord(record), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw unusable(state, error)
  }
}

function unusable(state: string, cause: unknown): ExpectedFailure {
  const owner = ownerOf(state)
  const foreign = owner !== undefined && owner !== process.getuid?.()
  const remedy = foreign ? `; it belongs to user ${owner}: start as that one, or set VOTESTREAM_STATE` : ''
  return new ExpectedFailure(`Cannot use the state folder: ${(cause as Error).message}${remedy}`, 1, {
    cause,
  })
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid
  } catch {
    return undefined
  }
}

function refusal(state: string, run: RunRecord | undefined): ExpectedFailure {
  const where = run === undefined || run.url === '' ? '' : ` and serves ${run.url}`
  const who =
    run === undefined ? 'Another start of VoteStream' : `VoteStream already runs: process ${run.launcher.pid}`
  return new ExpectedFailure(
    `${who} uses the state folder ${state}${where}. Stop it first, or set VOTESTREAM_STATE and PORT for a second one.`,
  )
}
