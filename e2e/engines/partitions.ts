import { setTimeout as sleep } from 'node:timers/promises'
import { openRecord } from '../run-record.js'
import type { Diary, Entry } from './diary.js'

const FNV_OFFSET_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** The partition of a vote, where voters are not limited: FNV-1a (32 bit) over the poll's id and the vote's. */
export const partitionOf = (pollId: number, voteId: string, partitions: number): number => {
  let hash = FNV_OFFSET_BASIS
  for (const byte of Buffer.from(`${pollId}/${voteId}`)) hash = Math.imul(hash ^ byte, FNV_PRIME)
  return (hash >>> 0) % partitions
}

/** Locks the bookmark of one partition, as a fold does that hangs, until it is disposed of. */
export const holdBookmark = async (runFolder: string, partition: number): Promise<AsyncDisposable> => {
  const session = await openRecord(runFolder)
  await session.query('BEGIN')
  await session.query('SELECT next_offset FROM votes.bookmarks WHERE partition = $1 FOR UPDATE', [partition])
  return {
    [Symbol.asyncDispose]: async () => {
      await session.query('ROLLBACK')
      await session.end()
    },
  }
}

/** Votes at a steady rate for some time, whether or not it is answered, and resolves to all when the last one is answered. */
export const voteSteadily = async (
  diary: Diary,
  pollId: number,
  { perSecond, lastsMs }: { readonly perSecond: number; readonly lastsMs: number },
): Promise<readonly Entry[]> => {
  const startedMs = performance.now()
  const asked: Promise<Entry>[] = []
  for (let passedMs = 0; passedMs < lastsMs; passedMs = performance.now() - startedMs) {
    while (asked.length < (passedMs * perSecond) / 1_000)
      asked.push(diary.ask(`/polls/${pollId}/vote`, { choice: asked.length % 3 }))
    await sleep(TICK_MS)
  }
  return Promise.all(asked)
}

const TICK_MS = 5
