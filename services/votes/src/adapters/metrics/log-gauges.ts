import type { Registry } from '@votestream/runtime'
import { Gauge } from 'prom-client'

/** Exposes what waits at the moment of the scrape: ballots that are in the log and not folded, and callers that wait for a verdict. */
export const exposeLogGauges = (
  registry: Registry,
  { unfolded, waiters }: { unfolded: () => number; waiters: () => number },
): void => {
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('votestream_log_unfolded_ballots', 'Ballots in the log that are not folded yet', unfolded)
  gauge('votestream_verdict_waiters', 'Ballots whose caller waits for a verdict', waiters)
}
