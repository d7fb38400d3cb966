import { fileURLToPath } from 'node:url'
import type { Namespace } from './kubernetes.js'
import { HELM } from './programs.js'
import { run } from './run.js'

/** The chart, installed in one namespace under the name that makes its objects' names short. */
export interface Release {
  install(values: Values): Promise<void>
  upgrade(values: Values): Promise<void>
  /** Goes back to the revision before. */
  rollback(): Promise<void>
  /** Runs the chart's own tests and resolves to what they wrote. */
  test(): Promise<string>
  uninstall(): Promise<void>
  /** The objects in the namespace that are still the release's. */
  leftovers(): Promise<readonly string[]>
}

export type Values = Readonly<Record<string, unknown>>

const NAME = 'votestream'
const CHART = fileURLToPath(new URL('../../charts/votestream', import.meta.url))
const DEV_VALUES = fileURLToPath(new URL('../../charts/votestream/examples/dev.yaml', import.meta.url))
const LIMIT = '280s'
/** Whatever the chart may make; `kubectl get all` leaves most of it out. */
const KINDS = [
  ...['deployments', 'replicasets', 'pods', 'jobs', 'services', 'endpointslices', 'configmaps', 'secrets'],
  ...['serviceaccounts', 'horizontalpodautoscalers', 'poddisruptionbudgets', 'networkpolicies', 'ingresses'],
]

/** Speaks of the release by helm. */
export const releaseIn = (namespace: Namespace): Release => {
  const helm = (args: readonly string[], values?: Values): Promise<string> =>
    run(HELM, [...args, '--namespace', namespace.name, ...(values ? ['--values', '-'] : [])], {
      input: values ? JSON.stringify(values) : '',
    })
  const put = async (verb: 'install' | 'upgrade', values: Values): Promise<void> => {
    await helm([verb, NAME, CHART, '--values', DEV_VALUES, '--wait', '--timeout', LIMIT], values)
  }
  return {
    install: (values) => put('install', values),
    upgrade: (values) => put('upgrade', values),
    rollback: async () => {
      await helm(['rollback', NAME, '--wait', '--timeout', LIMIT])
    },
    test: () => helm(['test', NAME, '--logs', '--timeout', LIMIT]),
    uninstall: async () => {
      await helm(['uninstall', NAME, '--wait', '--timeout', LIMIT])
    },
    leftovers: async () => {
      const lines = await namespace.kubectl(
        ...['get', KINDS.join(','), '--output', 'name'],
        ...['--selector', `app.kubernetes.io/instance=${NAME}`],
      )
      return lines.split('\n').filter((line) => line !== '')
    },
  }
}
