import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../paths.mjs'

export const CHART = 'charts/votestream'
export const RELEASE = ['votestream', CHART, '--namespace', 'votestream']
/** What is applied beside the chart. */
export const NAMESPACE = 'k8s/namespace.yaml'
export const AROUND = ['k8s/dev', 'k8s/policies']

/** The names of the values files of the examples. */
export const examples = () =>
  readdirSync(join(root, CHART, 'examples'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))

/** The arguments that give Helm an example's values. */
export const valuesOf = (example) => ['--values', `${CHART}/examples/${example}.yaml`]
