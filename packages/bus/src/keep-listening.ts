import type { Clock, Component, Logger } from '@votestream/runtime'
import { makeBackoff } from './backoff.js'

/**
 * A connection that is frozen, or that a firewall forgot, says nothing: it is asked, and taken for dead after these. Together they are how long
 * subscribers may wait for results before readers ask the store once a second instead: 3 s at most, so that streams do not stop for longer.
 */
export const HEARTBEAT_MS = 1_000
export const ANSWER_TIMEOUT_MS = 2_000
export const CONNECT_TIMEOUT_MS = 2_000

export interface ListeningOptions {
  /** One connection's life: it calls `onListening` when it hears everything, and always ends by throwing why. */
  readonly listenOnce: (onListening: () => void, stopping: AbortSignal) => Promise<never>
  /** Called with true each time that messages begin to be heard, and with false when they no longer are. */
  readonly onConnected: (connected: boolean) => void
  readonly clock: Clock
  readonly logger: Logger
}

/** Keeps one connection that listens; `start` does not wait for it. */
export const keepListening = (options: ListeningOptions): Required<Component> => {
  const { listenOnce, onConnected, clock, logger } = options
  const stopping = new AbortController()
  const backoff = makeBackoff()
  let running: Promise<void> | undefined

  const onListening = (): void => {
    if (backoff.failing) logger.info('the bus listens again')
    backoff.succeed()
    onConnected(true)
  }

  const run = async (): Promise<void> => {
    for (;;) {
      await listenOnce(onListening, stopping.signal).catch((error: unknown) => {
        if (!backoff.failing && !stopping.signal.aborted)
          logger.warn({ err: error }, 'the bus does not listen')
      })
      if (stopping.signal.aborted) return
      await clock.sleep(backoff.fail(), stopping.signal).catch(() => undefined)
    }
  }

  return {
    start: () => {
      running ??= run()
      return Promise.resolve()
    },
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
