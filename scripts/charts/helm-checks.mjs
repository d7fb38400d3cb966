import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../paths.mjs'
import { CHART, examples, RELEASE, valuesOf } from './places.mjs'
import { KUBERNETES } from './pins.mjs'
import { succeed } from './run.mjs'
import { tool } from './tools.mjs'

const HELMS = ['helm', 'helm3']

/** What Helm itself and the chart's own scripts can say. */
export const helmChecks = [
  ...HELMS.map((name) => ({ name: `lint (${name})`, run: () => lint(name) })),
  { name: 'template (helm, helm3)', run: sameTemplates },
  { name: 'helm-unittest', run: unitTests },
  { name: 'schema of values', run: () => withHelm('chart-schema-test.mjs') },
  { name: 'goldens', run: () => withHelm('chart-goldens.mjs', '--check') },
  { name: 'README of the chart', run: () => script('chart-readme.mjs', ['--check']) },
  { name: 'k8s/rendered', run: () => withHelm('chart-rendered.mjs', '--check') },
]

/** Renders an example with either Helm, as for a version of Kubernetes. */
export async function template(helm, example, kubernetes) {
  const version = ['--kube-version', kubernetes]
  return succeed(await tool(helm), ['template', ...RELEASE, ...valuesOf(example), ...version], { cwd: root })
}

async function lint(name) {
  const helm = await tool(name)
  for (const example of examples())
    await succeed(helm, ['lint', '--strict', CHART, ...valuesOf(example)], { cwd: root })
}

/** Both make the same, but for blank lines, for every Kubernetes. */
async function sameTemplates() {
  for (const example of examples())
    for (const version of KUBERNETES) {
      const [one, other] = await Promise.all(HELMS.map((helm) => template(helm, example, version)))
      if (withoutBlankLines(one) !== withoutBlankLines(other))
        throw new Error(`Helm 3 and 4 make different objects of ${example} for Kubernetes ${version}`)
    }
}

const withoutBlankLines = (text) => text.replaceAll(/^\s*\n/gm, '')

async function unitTests() {
  const suites = readdirSync(join(root, CHART, 'tests')).filter((name) => name.endsWith('_test.yaml'))
  if (suites.length === 0) throw new Error(`${CHART}/tests has no suites`)
  await succeed(await tool('helm-unittest'), ['--strict', CHART], { cwd: root })
}

async function withHelm(name, ...args) {
  await script(name, args, { ...process.env, HELM: await tool('helm') })
}

async function script(name, args, env = process.env) {
  await succeed(process.execPath, [join('scripts', name), ...args], { cwd: root, env })
}
