import type { Clock, Component, Logger } from '@votestream/runtime'
import type { VoteStore } from '../domain/ports.js'

/** API.md: rejections are remembered for 24 h. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000
/** Often enough that the table holds little more than a day; one indexed delete each time. */
const INTERVAL_MS = 10 * 60 * 1000

/** Forgets rejections that are older than a day, every ten minutes. */
export const forgetRejections = ({
  store,
  clock,
  logger,
}: {
  store: Pick<VoteStore, 'forgetRejectionsOlderThan'>
  clock: Clock
  logger: Logger
}): Component => {
  let timer: { cancel(): void } | undefined
  let running: Promise<void> = Promise.resolve()

  const sweep = async (): Promise<void> => {
    try {
      const forgotten = await store.forgetRejectionsOlderThan(REMEMBERED_MS)
      if (forgotten > 0) logger.info({ forgotten }, 'forgot old rejections')
    } catch (error) {
      logger.warn({ err: error }, 'old rejections stay until the next sweep')
    }
  }
  const schedule = (): void => {
    timer = clock.setTimeout(() => {
      running = sweep().finally(() => {
        if (timer) schedule()
      })
    }, INTERVAL_MS)
  }

  return {
    start: () => {
      schedule()
      return Promise.resolve()
    },
    stop: () => {
      timer?.cancel()
      timer = undefined
      return running
    },
  }
}
