import { inRepository } from '../repository.js'
import type { ProcessSpec } from '../processes/supervised-process.js'

export interface GuardSpecOptions {
  readonly state: string
  readonly port: number
  readonly maxConnections: number
  readonly env: NodeJS.ProcessEnv
}

/** The name of the process that owns the server; the server's own process is `postgres`. */
export const GUARD = 'postgres-guard'

/** A fast shutdown is limited to 15 s by the guard itself. */
const STOP_GRACE_MS = 20_000

/** How the launcher runs PostgreSQL: as a guard that runs the server. */
export const guardSpec = ({ state, port, maxConnections, env }: GuardSpecOptions): ProcessSpec => ({
  name: GUARD,
  script: inRepository('local/dist/postgres-guard.js'),
  args: ['--state', state, '--port', String(port), '--connections', String(maxConnections)],
  env,
  stopGraceMs: STOP_GRACE_MS,
})
