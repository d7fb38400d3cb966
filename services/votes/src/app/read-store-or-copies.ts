import { AppError, unavailable } from '@votestream/errors'
import type { Clock } from '@votestream/runtime'
import type { ResultsCopies, VoteStore } from '../domain/ports.js'
import type { Results, UnknownResults } from '../domain/results.js'

/** A healthy store answers in milliseconds; the caller's own budget is 2.7 s, and the copies still have to be read. */
export const STORE_WITHIN_MS = 1_000
const RETRY_AFTER_MS = 1_000

interface Deps {
  readonly store: Pick<VoteStore, 'readResults'>
  readonly copies: ResultsCopies
  /** True while it is known that the store does not answer. */
  readonly storeIsDown: () => boolean
  readonly clock: Clock
}

type Read = (pollIds: readonly number[]) => Promise<readonly (Results | UnknownResults)[]>

const nothingToRead = (): AppError =>
  unavailable('DATABASE_UNAVAILABLE', 'neither the results nor their copies can be read', {
    retryAfterMs: RETRY_AFTER_MS,
  })

/**
 * Reads results from the store, and where that is down, fails as unavailable or takes longer than a second, the live view's copies, which
 * are stale. Only the first read waits that second: while its query is unanswered the others go to the copies at once.
 */
export const makeReadStoreOrCopies = ({ store, copies, storeIsDown, clock }: Deps): Read => {
  /** Queries that have run for longer than a second. */
  const late = new Set<Promise<unknown>>()

  const readCopies: Read = async (pollIds) => {
    const found = await copies.read(pollIds)
    return pollIds.map((pollId, index) => {
      const copy = found[index]
      return copy ? { ...copy, stale: true } : { pollId, unknown: true }
    })
  }

  /** Undefined when the query fails as unavailable or is late. */
  const inTime = async (reading: Promise<readonly Results[]>): Promise<readonly Results[] | undefined> => {
    const over = new AbortController()
    const timeIsUp = clock.sleep(STORE_WITHIN_MS, over.signal).then(() => {
      late.add(reading)
      void reading.catch(() => undefined).finally(() => late.delete(reading))
    })
    try {
      return (await Promise.race([reading, timeIsUp])) ?? undefined
    } catch (error) {
      if (error instanceof AppError && error.code === 'unavailable') return undefined
      throw error
    } finally {
      over.abort()
    }
  }

  return async (pollIds) => {
    if (storeIsDown()) return readCopies(pollIds).catch(() => Promise.reject(nothingToRead()))
    if (late.size > 0) return readCopies(pollIds).catch(() => store.readResults(pollIds))
    const reading = store.readResults(pollIds)
    return (await inTime(reading)) ?? readCopies(pollIds).catch(() => reading)
  }
}
