import type { Logger } from '@votestream/runtime'
import type { PollAnnouncer, PollStore, StartedClose, VotesOfPolls } from '../domain/ports.js'

/** A replica that dies keeps a closing from the others for so long. Beyond the longest call below, or two would be at it. */
const LEASE_MS = 10_000
/** `votes` answers when the end of the poll is folded, some 50 ms later, or at the latest after this. */
export const CLOSE_CALL_MS = 1_500
/** DESIGN.md section 5: back-off is capped at 1 s. */
const AGAIN_AFTER_MS = 500

export interface Closer {
  /** Begins to close a poll unless it is closed or somebody is at it, and tries once to finish. */
  close(pollId: number): Promise<void>
  /** Begins to close what is due, and tries once to finish that and what was left over; how many that were, and how many are closed now. */
  closeDue(limit: number): Promise<{ readonly taken: number; readonly closed: number }>
}

interface Deps {
  readonly polls: Pick<PollStore, 'startClose' | 'startDueCloses' | 'finishClose' | 'putOffClose'>
  readonly votes: VotesOfPolls
  readonly announcer: PollAnnouncer
  readonly logger: Logger
}

/**
 * Closes polls, step by step, each of which may be the last before a crash: `closing` with a name for the closing, the end of the poll in the
 * log of votes, `closed`. Whoever has the lease goes on from wherever the one before has come to; doing a step twice is doing it once.
 */
export const makeCloser = ({ polls, votes, announcer, logger }: Deps): Closer => {
  let failing = false

  const tryToEnd = async ({ pollId, closeId }: StartedClose): Promise<boolean> => {
    try {
      const isFinal = await votes.closePoll(pollId, closeId, CLOSE_CALL_MS)
      failing = false
      return isFinal
    } catch (error) {
      if (!failing) logger.warn({ err: error, pollId }, 'a poll cannot be closed yet; trying again')
      failing = true
      return false
    }
  }

  const finish = async (started: StartedClose): Promise<boolean> => {
    const { pollId } = started
    announcer.publishPollsChanged([pollId])
    if (!(await tryToEnd(started))) {
      await polls.putOffClose(pollId, AGAIN_AFTER_MS)
      return false
    }
    await polls.finishClose(pollId)
    announcer.publishPollsChanged([pollId])
    logger.info({ pollId }, 'poll closed')
    return true
  }

  return {
    async close(pollId) {
      const started = await polls.startClose(pollId, LEASE_MS)
      if (started) await finish(started)
    },
    async closeDue(limit) {
      const started = await polls.startDueCloses(limit, LEASE_MS)
      const finished = await Promise.all(started.map(finish))
      return { taken: started.length, closed: finished.filter(Boolean).length }
    },
  }
}
