import type { EngineContext } from '../engine-context.js'
import { findProgram, runTool, ToolFailure } from '../provision/tools.js'
import { versionOfServer, type RedisInstallation } from './redis-installation.js'

const PROGRAMS = ['valkey-server', 'redis-server'] as const
/** RESP3, which our client speaks by default, came with version 6. */
const OLDEST_MAJOR = 6
const LIMIT_MS = 10_000

/** Finds Valkey or Redis on the PATH. */
export async function machineRedis({ env, progress }: EngineContext): Promise<RedisInstallation | undefined> {
  for (const name of PROGRAMS) {
    const program = findProgram(name, env)
    if (program === undefined) continue
    const version = await versionOf(program, env)
    if (version !== undefined && Number.parseInt(version, 10) >= OLDEST_MAJOR)
      return { origin: program, version, program }
    progress?.(
      `${program} is not used: its version is ${version ?? 'unknown'}, and ${OLDEST_MAJOR}.0 or newer is needed`,
    )
  }
  return undefined
}

/** Asks a server for its version; undefined when it does not run or does not say. */
export async function versionOf(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    return versionOfServer(await runTool({ program, args: ['--version'], env, limitMs: LIMIT_MS }))
  } catch (error) {
    if (error instanceof ToolFailure) return undefined
    throw error
  }
}
