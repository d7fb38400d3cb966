import type { Registry } from '@votestream/runtime'
import { Gauge } from 'prom-client'

/** Exposes, at the moment of the scrape, how many records of each partition of this process are in the log and not folded. */
export const exposeFoldLag = (registry: Registry, lag: () => ReadonlyMap<number, number>): void => {
  new Gauge({
    name: 'votestream_fold_lag_records',
    help: 'Records of a partition that are in the log and not folded, by the process that folds it',
    labelNames: ['partition'],
    registers: [registry],
    collect() {
      this.reset() // a partition may have moved to another process
      for (const [partition, records] of lag()) this.set({ partition: String(partition) }, records)
    },
  })
}
