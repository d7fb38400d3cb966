import { delimiter, join } from 'node:path'
import { EngineUnavailable } from './engine-unavailable.js'
import { cacheRoot } from './provision/cache-folder.js'
import { findProgram, isProgram } from './provision/tools.js'

/** Where the pinned tools of the chart's checks are kept. */
export const toolsFolder = (env: NodeJS.ProcessEnv): string => join(cacheRoot(env), 'tools', 'bin')

/** Finds Prometheus's program: that of PROMETHEUS_BIN, or on the PATH, or among the tools in the user's cache. Throws EngineUnavailable where there is none. */
export function installedPrometheus(env: NodeJS.ProcessEnv): string {
  const chosen = env.PROMETHEUS_BIN?.trim() ?? ''
  if (chosen !== '') {
    if (isProgram(chosen)) return chosen
    throw new EngineUnavailable('Prometheus', `PROMETHEUS_BIN is ${chosen}, and that is no program.`)
  }
  const tools = toolsFolder(env)
  const PATH = [...(env.PATH ?? '').split(delimiter), tools].join(delimiter)
  const found = findProgram('prometheus', { ...env, PATH })
  if (found !== undefined) return found
  throw new EngineUnavailable('Prometheus', `there is no \`prometheus\` on the PATH nor in ${tools}.`)
}
