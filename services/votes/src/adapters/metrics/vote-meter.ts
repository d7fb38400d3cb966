import type { Registry } from '@votestream/runtime'
import { Counter, Histogram } from 'prom-client'
import type { VoteMeter } from '../../domain/ports.js'

/** Group commit makes batches of 1 when idle and up to 2,000 under load. */
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000]
/** A fold is a fsync and a few statements: milliseconds, up to the query timeout of 5 s. */
const SECONDS_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** No label tells a poll or a voter. */
const countersIn = (registry: Registry) => {
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name, help, labelNames, registers })

  const received = counter('votestream_ballots_received_total', 'Ballots that came by CastVotes')
  const refused = counter('votestream_ballots_refused_total', 'Ballots not given to the log', ['reason'])
  const appended = counter('votestream_ballots_appended_total', 'Ballots in the log')
  const folded = counter('votestream_ballots_folded_total', 'Ballots decided by a committed fold', [
    'verdict',
  ])
  const failed = counter('votestream_fold_failures_total', 'Folds that were not committed and are repeated')
  const fenced = counter(
    'votestream_fold_fenced_total',
    'Stretches left out because they were folded already',
  )
  const busy = counter(
    'votestream_fold_busy_total',
    'Stretches left out because somebody else held their partition',
  )
  const decided = counter(
    'votestream_verdicts_told_total',
    'Verdicts that somebody waited for, by where they came from',
    ['way'],
  )
  const unrecorded = counter(
    'votestream_unrecorded_ballots_total',
    'Ballots that were folded and left no trace: never',
  )
  const quarantined = counter('votestream_quarantined_total', 'Records that the database refused')
  return { received, refused, appended, folded, failed, fenced, busy, decided, unrecorded, quarantined }
}

const histogramsIn = (registry: Registry) => {
  const registers = [registry]
  const batch = new Histogram({
    ...{ name: 'votestream_fold_ballots', help: 'Ballots in one fold', buckets: BATCH_BUCKETS, registers },
  })
  const seconds = new Histogram({
    ...{
      name: 'votestream_fold_seconds',
      help: 'Time of one committed fold',
      buckets: SECONDS_BUCKETS,
      registers,
    },
  })
  return { batch, seconds }
}

/** The vote's way in numbers. */
export const prometheusVoteMeter = (registry: Registry): VoteMeter => {
  const { received, refused, appended, folded, failed, fenced, busy, decided, unrecorded, quarantined } =
    countersIn(registry)
  const { batch, seconds } = histogramsIn(registry)
  return {
    received: (ballots) => received.inc(ballots),
    refused: (reason) => refused.inc({ reason }),
    appended: (ballots) => appended.inc(ballots),
    foldFailed: () => failed.inc(),
    quarantined: () => quarantined.inc(),
    decided: (way) => decided.inc({ way }),
    unrecorded: () => unrecorded.inc(),
    folded(result, elapsedSeconds) {
      seconds.observe(elapsedSeconds)
      batch.observe(result.batches.reduce((sum, { ballots }) => sum + ballots.length, 0))
      fenced.inc(result.fenced.length)
      busy.inc(result.busy.length)
      for (const verdict of result.batches.flatMap(({ verdicts }) => verdicts))
        folded.inc({ verdict: verdict.status === 'counted' ? 'counted' : verdict.reason.toLowerCase() })
    },
  }
}
