import { Redis } from 'ioredis'
import { setTimeout as sleep } from 'node:timers/promises'
import { storesOf } from '../accounts/stores.js'
import { takeAway } from '../engines/outages.js'
import type { RunningMesh } from '../mesh.js'
import { untilBack } from '../processes.js'
import type { History } from './history.js'
import type { PlannedFault } from './plan.js'

/** Kafka starts in some 5 s, and in some times that on a busy machine. */
const BACK_WITHIN_MS = 60_000
const LOOK_EVERY_MS = 20

/** Does it, notes it, and resolves once everything runs again; calls do not wait for each other, processes may not be ready for all work yet. */
export const inject = async (mesh: RunningMesh, fault: PlannedFault, history: History): Promise<void> => {
  const { kind, target, signal } = fault
  switch (kind) {
    case 'flush redis':
      return flush(mesh, history)
    case 'freeze votes':
      return freeze(mesh, fault, history)
    case 'kill -9 gateway':
    case 'kill -9 polls':
    case 'kill -9 votes':
    case 'kill -9 realtime':
      return killService(mesh, target, history)
    case 'kill -9 kafka':
    case 'kill -9 redis':
      return killEngine(mesh, target, 'SIGKILL', history)
    case 'restart postgres':
      return killEngine(mesh, target, signal, history)
  }
}

const flush = async (mesh: RunningMesh, history: History): Promise<void> => {
  const { redis: url = '' } = await storesOf(mesh.runFolder)
  const redis = new Redis(url)
  try {
    history.fault('flush', 'redis')
    await redis.flushall()
  } finally {
    redis.disconnect()
  }
}

const freeze = async (
  mesh: RunningMesh,
  { target, frozenMs }: PlannedFault,
  history: History,
): Promise<void> => {
  history.fault('freeze', target)
  await using outage = await takeAway(mesh, target, 'frozen')
  await sleep(frozenMs)
  history.fault('thaw', target)
  await outage.end()
}

const killService = async (mesh: RunningMesh, name: string, history: History): Promise<void> => {
  const pid = await pidOf(mesh, name)
  history.fault('kill -9', name)
  process.kill(pid, 'SIGKILL')
  await untilBack(mesh, name, pid)
}

/** Its guard starts it again. */
const killEngine = async (
  mesh: RunningMesh,
  name: string,
  signal: NodeJS.Signals,
  history: History,
): Promise<void> => {
  const pid = await pidOf(mesh, name)
  const linesBefore = mesh.logs.length
  history.fault(signal === 'SIGKILL' ? 'kill -9' : 'restart', name)
  process.kill(pid, signal)
  const giveUpMs = performance.now() + BACK_WITHIN_MS
  while (!mesh.logs.slice(linesBefore).some((line) => line.includes(`${name} is ready again`))) {
    if (performance.now() > giveUpMs) throw new Error(`${name} did not come back in ${BACK_WITHIN_MS} ms`)
    await sleep(LOOK_EVERY_MS)
  }
}

const pidOf = async (mesh: RunningMesh, name: string): Promise<number> => {
  const pid = (await mesh.pids())[name]
  if (pid === undefined) throw new Error(`there is no process ${name}`)
  return pid
}
