import type { Logger } from '@votestream/runtime'
import type { VoteMeter } from '../../domain/ports.js'

/**
 * Logs, at debug, what each committed fold decided: one line for each ballot, with the request id that the gateway and the CastVotes call
 * logged, and nothing of the voter or the choice. Costs nothing at other levels.
 */
export const tracedVoteMeter = (meter: VoteMeter, logger: Logger): VoteMeter => ({
  ...meter,
  folded(result, elapsedSeconds) {
    meter.folded(result, elapsedSeconds)
    if (!logger.isLevelEnabled('debug')) return
    for (const { partition, ballots, verdicts } of result.batches)
      ballots.forEach(({ requestId, offset }, index) =>
        logger.debug({ requestId, partition, offset, verdict: verdicts[index] }, 'folded'),
      )
  },
})
