import type { ProcessSpec } from '../../processes/supervised-process.js'
import { inRepository } from '../../repository.js'
import { inheritedEnv } from '../../start/inherited-env.js'
import type { PrometheusOptions } from './prometheus-server.js'
import type { ScrapeTarget } from './server-config.js'

export interface PrometheusGuardOptions {
  readonly stateFolder: string
  readonly program: string
  readonly port: number
  readonly targets: readonly ScrapeTarget[]
  readonly env: NodeJS.ProcessEnv
}

/** It closes its write-ahead log in some tens of milliseconds. */
const STOP_GRACE_MS = 5000
const GUARD_MARGIN_MS = 2000

/** How to run Prometheus, with the chart's rules: as a guard that runs the server. */
export function prometheusGuardSpec(options: PrometheusGuardOptions): ProcessSpec {
  const { stateFolder, program, port, targets, env } = options
  const server: PrometheusOptions = {
    ...{ folder: stateFolder, program, port, targets, stopGraceMs: STOP_GRACE_MS },
    rules: inRepository('charts/votestream/files/rules/*.yaml'),
  }
  return {
    name: 'prometheus-guard',
    script: inRepository('local/dist/engines/prometheus-guard.js'),
    args: [JSON.stringify(server)],
    env: inheritedEnv(env),
    stopGraceMs: STOP_GRACE_MS + GUARD_MARGIN_MS,
  }
}
