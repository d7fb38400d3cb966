import type { Registry } from '@votestream/runtime'
import { Gauge } from 'prom-client'

type ByPartition = () => ReadonlyMap<number, number>

const MS_PER_S = 1_000

/**
 * Exposes, at the moment of the scrape, how many records of each partition of this process are in the log and not folded, and for how long records
 * of every partition, be it nobody's, have been waiting.
 */
export const exposeFoldLag = (
  registry: Registry,
  { lag, waitingMs }: { readonly lag: ByPartition; readonly waitingMs: ByPartition },
): void => {
  const gauge = (name: string, help: string, read: ByPartition, scale: number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['partition'],
      registers: [registry],
      collect() {
        this.reset() // a partition may have moved to another process
        for (const [partition, value] of read()) this.set({ partition: String(partition) }, value / scale)
      },
    })
  }
  gauge(
    'votestream_fold_lag_records',
    'Records of a partition that are in the log and not folded, by the process that folds it',
    lag,
    1,
  )
  gauge(
    'votestream_fold_waiting_seconds',
    'For how long records of a partition have been waiting for their fold, whoever folds it',
    waitingMs,
    MS_PER_S,
  )
}

/** Exposes whether the log was found to be lost or foreign: 1 until a person has decided. */
export const exposeForeignLog = (registry: Registry, foreign: () => boolean): void => {
  new Gauge({
    name: 'votestream_log_foreign',
    help: 'Whether the log was found not to be the one that the database was counted from: nothing is folded or accepted then',
    registers: [registry],
    collect() {
      this.set(foreign() ? 1 : 0)
    },
  })
}
