import type { Clock, Component, Logger } from '@votestream/runtime'
import type { Closer } from './closer.js'

/** A poll closes at most so long after its time; one short query a second for each replica. */
const EVERY_MS = 1_000
/** At once: a thousand polls that end on the hour are closed within some seconds, and votes has other calls to answer. */
const CLOSES_AT_ONCE = 32

/** Closes polls whose time has come, and those that somebody else began to close and did not finish. */
export const closeDuePolls = ({
  closer,
  clock,
  logger,
}: {
  closer: Pick<Closer, 'closeDue'>
  clock: Clock
  logger: Logger
}): Component => {
  const stopped = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let failing = false

  /** True when more may be due at once. */
  const round = async (): Promise<boolean> => {
    try {
      const { taken, closed } = await closer.closeDue(CLOSES_AT_ONCE)
      failing = false
      return taken === CLOSES_AT_ONCE && closed > 0
    } catch (error) {
      if (!failing) logger.warn({ err: error }, 'it is not known which polls are due; asking again')
      failing = true
      return false
    }
  }

  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted)
      if (!(await round())) await clock.sleep(EVERY_MS, stopped.signal).catch(() => undefined)
  }

  return {
    start: () => {
      running = run()
      return Promise.resolve()
    },
    stop: () => {
      stopped.abort()
      return running
    },
  }
}
