import { endProcesses } from '../processes/end-processes.js'
import { engineOfGuard, ENGINES } from '../processes/guards.js'
import { isAlive } from '../processes/process-id.js'
import type { RunRecord } from '../state/run-record.js'

/** Services see within milliseconds that their launcher is gone; what still runs after this hangs. */
const SERVICE_GRACE_MS = 3000
/** A guard waits for its engine's last writes. */
const GUARD_GRACE_MS = 20_000

/** Ends what a killed run left and resolves to the names of what it found alive. A stranger with a recycled id is not touched. */
export async function endLeftovers(processes: RunRecord['processes']): Promise<string[]> {
  const alive = Object.entries(processes).filter(([, id]) => isAlive(id))
  const guards = alive.filter(([name]) => engineOfGuard(name) !== undefined)
  // An engine is ended through its guard, or, without one, by the next guard, which looks at the data folder itself.
  const services = alive.filter(([name]) => !ENGINES.includes(engineOfGuard(name) ?? name))
  await endProcesses(
    services.map(([, id]) => id),
    'SIGTERM',
    SERVICE_GRACE_MS,
  )
  await endProcesses(
    guards.map(([, id]) => id),
    'SIGTERM',
    GUARD_GRACE_MS,
  )
  return [...services, ...guards].map(([name, id]) => `${name} (pid ${id.pid})`)
}
