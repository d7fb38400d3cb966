// The tools of the chart's checks, at pinned versions: node scripts/chart-tools.mjs [TOOL ...]   prints the folder to put on the PATH
// About 6 minutes on two cores the first time, and nothing from then on; skaffold only when it is named.
import { NEEDED_TOOLS } from './charts/pins.mjs'
import { tool, toolsFolder } from './charts/tools.mjs'

const named = process.argv.slice(2)
try {
  for (const name of named.length > 0 ? named : NEEDED_TOOLS) await tool(name)
  console.log(toolsFolder())
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
