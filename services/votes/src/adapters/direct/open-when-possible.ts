import { AppError } from '@votestream/errors'
import type { Clock, Logger } from '@votestream/runtime'
import type { OpenedLog, VoteStore } from '../../domain/ports.js'
import { DIRECT_PARTITIONS } from './partitions.js'
import type { ProcessLock } from './process-lock.js'

/** Short against the second that a restart may take (C7); polled only until the log is open. */
const POLL_LOCK_MS = 20
const RETRY_MS = 500

interface Deps {
  readonly store: Pick<VoteStore, 'openLog'>
  readonly lock: ProcessLock
  readonly logger: Logger
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Opens the log once the lock is held and the database is there; undefined when aborted. Rejects with FOREIGN_LOG. */
export const openWhenPossible = async ({
  store,
  lock,
  logger,
  clock,
  signal,
}: Deps): Promise<OpenedLog | undefined> => {
  const wait = (ms: number): Promise<void> => clock.sleep(ms, signal).catch(() => undefined)
  while (!signal.aborted) {
    if (!lock.held) {
      await wait(POLL_LOCK_MS)
      continue
    }
    try {
      return await store.openLog('direct', DIRECT_PARTITIONS)
    } catch (error) {
      if (error instanceof AppError && error.reason === 'FOREIGN_LOG') throw error
      logger.warn({ err: error }, 'the log cannot be opened yet')
      await wait(RETRY_MS)
    }
  }
  return undefined
}
