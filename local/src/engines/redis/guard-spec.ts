import type { ProcessSpec } from '../../processes/supervised-process.js'
import { inRepository } from '../../repository.js'
import { inheritedEnv } from '../../start/inherited-env.js'
import type { RedisInstallation } from './redis-installation.js'
import type { RedisOptions } from './redis-server.js'

export interface RedisGuardOptions {
  readonly stateFolder: string
  readonly port: number
  readonly installation: RedisInstallation
  readonly env: NodeJS.ProcessEnv
}

/** Nothing is written at the end: it takes some milliseconds. */
const STOP_GRACE_MS = 3000
const GUARD_MARGIN_MS = 2000

/** How to run Redis: as a guard that runs the server. */
export function redisGuardSpec({ stateFolder, port, installation, env }: RedisGuardOptions): ProcessSpec {
  const server: RedisOptions = {
    folder: stateFolder,
    program: installation.program,
    port,
    stopGraceMs: STOP_GRACE_MS,
  }
  return {
    name: 'redis-guard',
    script: inRepository('local/dist/engines/redis-guard.js'),
    args: [JSON.stringify(server)],
    env: inheritedEnv(env),
    stopGraceMs: STOP_GRACE_MS + GUARD_MARGIN_MS,
  }
}
