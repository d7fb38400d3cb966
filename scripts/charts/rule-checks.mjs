import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../paths.mjs'
import { CHART } from './places.mjs'
import { succeed } from './run.mjs'
import { tool } from './tools.mjs'

const RULES = `${CHART}/files/rules`

/** Whether Prometheus takes the rules, and whether they fire when they should. */
export const ruleChecks = [
  {
    name: 'promtool check rules',
    run: async () => promtool(['check', 'rules', '--lint=all', '--lint-fatal'], RULES),
  },
  { name: 'promtool test rules', run: async () => promtool(['test', 'rules'], `${RULES}/tests`) },
]

async function promtool(command, folder) {
  const files = readdirSync(join(root, folder)).filter((name) => name.endsWith('.yaml'))
  if (files.length === 0) throw new Error(`${folder} has no files`)
  await succeed(await tool('promtool'), [...command, ...files], { cwd: join(root, folder) })
}
