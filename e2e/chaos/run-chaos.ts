import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startMesh, type RunningMesh } from '../mesh.js'
import { runCampaign, type FaultReport } from './campaign.js'
import { dumpStores, dumpTables } from './dump.js'
import { openHistory } from './history.js'
import { makeMeter } from './meter.js'
import { say, showProgress } from './progress.js'
import { untilQuiet } from './quiet.js'
import { seededRandom } from './random.js'
import { refold } from './refold.js'
import type { ChaosSettings } from './settings.js'
import { openStage, OPTIONS, type Stage } from './stage.js'
import { listed, type Tally } from './tally.js'

/** What a run has shown; the rest lies in its folder. */
export interface ChaosRun {
  readonly faults: readonly FaultReport[]
  /** Votes decided a second, on average, while nothing was broken. */
  readonly votesPerSecond: number
  readonly tally: Tally
  /** What still differed between the accounts 10 s after the last vote; nothing is C6. */
  readonly differences: readonly string[]
  /** What differed once every observer had had the time to come back. */
  readonly differencesAtTheEnd: readonly string[]
}

const PARTITIONS = 6
/** C6. */
const QUIET_WITHIN_MS = 10_000
/** An observer that was cut off by the last fault waits for 8 s at most before it comes back. */
const RETURNED_WITHIN_MS = 15_000

/** Runs a mesh through a campaign of faults under load, and leaves the history and the stores for the checker. */
export const runChaos = async (settings: ChaosSettings): Promise<ChaosRun> => {
  const { folder } = settings
  const stateFolder = join(folder, 'mesh')
  await mkdir(join(folder, 'stores'), { recursive: true })
  const phase = stopwatch()
  const mesh = await startMesh({
    ...{ stateFolder, full: true, replicas: { gateway: 2, votes: 2, realtime: 2 } },
    env: { RATE_LIMIT_PER_MINUTE: '0', KAFKA_PARTITIONS: String(PARTITIONS) },
  })
  phase('the mesh has started')
  try {
    return await suffer(mesh, settings, phase)
  } finally {
    await mesh.stop()
    await writeFile(join(folder, 'mesh-output.txt'), mesh.logs.join('\n'))
    await rm(stateFolder, { recursive: true, force: true })
    phase('the mesh has stopped')
  }
}

type Phase = (what: string) => void

const suffer = async (mesh: RunningMesh, settings: ChaosSettings, phase: Phase): Promise<ChaosRun> => {
  const { folder, seed } = settings
  const run = await underLoad(mesh, settings, phase)
  await writeFile(
    join(folder, 'settings.json'),
    JSON.stringify({ ...run.polls, partitions: PARTITIONS, seed }),
  )
  await refold(mesh)
  await dumpTables(mesh.runFolder, join(folder, 'stores', 'refolded'))
  phase('the log was folded again')
  return run
}

const underLoad = async (
  mesh: RunningMesh,
  { folder, seed, seconds }: ChaosSettings,
  phase: Phase,
): Promise<ChaosRun & { readonly polls: object }> => {
  await using history = openHistory(join(folder, 'history.jsonl'))
  await using stage = await openStage(mesh.runFolder, history, seed)
  const { tally, pulse } = stage.load
  const meter = makeMeter(tally)
  let underWay = 'all is well'
  using _progress = showProgress(tally, () => underWay)
  const note = (what: string): void => void (underWay = what)
  const campaign = { mesh, history, pulse, meter, random: seededRandom(seed), seconds, note }
  const faults = await runCampaign(campaign)
  phase(`${faults.length} faults, ${Math.round(meter.votesPerSecond())} votes/s while all was well`)
  note('waiting for the last answers')
  await stage.finish()
  phase(`all was answered: ${listed(tally.begun)}; ${tally.counted} known to be counted`)
  say(listed(tally.answers))
  note('waiting until all is quiet')
  const quiet = await untilAllQuiet(mesh.runFolder, stage, phase)
  await dumpStores({ ...stage, runFolder: mesh.runFolder }, join(folder, 'stores'))
  phase(`the stores were dumped, the history has ${history.lines} lines`)
  const { polls, load } = stage
  const options = Object.fromEntries(polls.map((poll) => [poll, OPTIONS.length]))
  const told = { options, limited: load.limited }
  return { faults, votesPerSecond: meter.votesPerSecond(), tally, ...quiet, polls: told }
}

const untilAllQuiet = async (runFolder: string, stage: Stage, phase: Phase) => {
  const open = stage.observers.filter(({ isOpen }) => isOpen)
  const among = { ...stage, runFolder }
  const differences = await untilQuiet({ ...among, observers: open, timeoutMs: QUIET_WITHIN_MS })
  phase(`${open.length} streams are open; ${differences.join('; ') || 'all accounts agree'}`)
  const differencesAtTheEnd = await untilQuiet({ ...among, timeoutMs: RETURNED_WITHIN_MS })
  const returns = stage.observers.reduce((sum, each) => sum + each.returns, 0)
  phase(`all observers are there, who came back ${returns} times`)
  return { differences, differencesAtTheEnd }
}

/** Says what has ended, how long that took, and how long it is since the beginning. */
const stopwatch = (): Phase => {
  const startedMs = performance.now()
  let lastMs = startedMs
  return (what) => {
    const nowMs = performance.now()
    const [took, since] = [lastMs, startedMs].map((ms) => ((nowMs - ms) / 1_000).toFixed(1))
    lastMs = nowMs
    say(`${what} (${took} s; ${since} s in all)`)
  }
}
