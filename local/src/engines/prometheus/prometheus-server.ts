import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GuardedEngine } from '../guard/run-guard.js'
import { prometheusLine } from './prometheus-line.js'
import { serverConfig, type ScrapeTarget } from './server-config.js'

export interface PrometheusOptions {
  readonly folder: string
  readonly program: string
  readonly port: number
  readonly targets: readonly ScrapeTarget[]
  /** Files of rules; a pattern. */
  readonly rules: string
  readonly stopGraceMs: number
}

const READY = 'Server is ready to receive web requests'
/** A week of a mesh on one machine is some 100 MB. */
const RETENTION = '7d'

/** A server as its guard runs it: it scrapes this mesh, evaluates the chart's rules, and listens on the loopback interface only. */
export function prometheusServer(options: PrometheusOptions): GuardedEngine {
  const { folder, program, port, stopGraceMs } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const config = join(folder, 'prometheus.yml')
  return {
    service: 'prometheus',
    folder,
    ports: { prometheus: port },
    prepare: () => {
      writeFileSync(config, serverConfig(options))
      return Promise.resolve({
        name: 'Prometheus',
        program,
        args: [
          `--config.file=${config}`,
          `--storage.tsdb.path=${join(folder, 'data')}`,
          `--storage.tsdb.retention.time=${RETENTION}`,
          `--web.listen-address=127.0.0.1:${port}`,
        ],
        env: {},
        folder,
        readyLine: READY,
        stopGraceMs,
      })
    },
    readLine: prometheusLine,
  }
}
