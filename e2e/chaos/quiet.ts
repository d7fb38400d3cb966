import { setTimeout as sleep } from 'node:timers/promises'
import { readCopies } from '../accounts/live-view.js'
import { readLogEnds } from '../accounts/log.js'
import { storesOf } from '../accounts/stores.js'
import { countsOf, readResults } from '../client/polls.js'
import type { Rest } from '../client/rest.js'
import { askRecord } from '../run-record.js'
import type { Observer } from './observers.js'

interface Options {
  readonly runFolder: string
  readonly gateways: readonly Rest[]
  readonly polls: readonly number[]
  readonly observers: readonly Observer[]
  readonly timeoutMs: number
}

/** What differs between the accounts of a mesh at one moment; nothing when all is quiet. */
type Differences = readonly string[]

const LOOK_EVERY_MS = 200
/** C5's other half: everybody is there again whom a fault cut off. */
const MOST_SHOWN = 5

/** Resolves to what still differed when the time was over: nothing where the log's end, the rows, Redis, every stream and every gateway agreed. */
export const untilQuiet = async (options: Options): Promise<Differences> => {
  const giveUpMs = performance.now() + options.timeoutMs
  for (;;) {
    const differences = await look(options).catch((error: unknown) => [String(error)])
    if (differences.length === 0 || performance.now() > giveUpMs) return differences.slice(0, MOST_SHOWN)
    await sleep(LOOK_EVERY_MS)
  }
}

const look = async ({ runFolder, gateways, polls, observers }: Options): Promise<Differences> => {
  const unfolded = await readUnfolded(runFolder)
  const record = await readStates(runFolder)
  const stateOf = (poll: number): string => record.get(poll) ?? state(0, [])
  const copies = await readCopies(await storesOf(runFolder))
  const reads = gateways.flatMap((gateway) =>
    polls.map(async (poll) => {
      const results = await readResults(gateway, poll)
      return [`${gateway.url} reads poll ${poll}`, poll, state(results.version, countsOf(results))] as const
    }),
  )
  const shown = [
    ...copies.map(({ pollId, version, counts }) => [`Redis`, pollId, state(version, counts)] as const),
    ...(await Promise.all(reads)),
    ...observers.map(
      ({ name, poll, isOpen, latest }) =>
        [name, poll, isOpen && latest ? state(latest.version, countsOf(latest)) : 'nothing'] as const,
    ),
  ]
  const different = shown.filter(([, poll, what]) => what !== stateOf(poll))
  return [
    ...unfolded,
    ...different.map(
      ([who, poll, what]) => `${who}: poll ${poll} is ${what}, in the record ${stateOf(poll)}`,
    ),
  ]
}

/** Partitions that are not folded up to their ends. */
export const readUnfolded = async (runFolder: string): Promise<Differences> => {
  const ends = await readLogEnds(await storesOf(runFolder))
  const bookmarks = await askRecord<{ partition: number; next_offset: string }>(
    runFolder,
    'SELECT partition, next_offset FROM votes.bookmarks JOIN votes.log USING (log_id)',
  )
  const nextOf = (partition: number): number =>
    Number(bookmarks.find((each) => each.partition === partition)?.next_offset ?? 0)
  return ends.flatMap((end, partition) =>
    nextOf(partition) === end ? [] : [`partition ${partition} is folded to ${nextOf(partition)} of ${end}`],
  )
}

const readStates = async (runFolder: string): Promise<ReadonlyMap<number, string>> => {
  const rows = await askRecord<{ poll_id: string; version: string; counts: string[] }>(
    runFolder,
    'SELECT poll_id, version, counts FROM votes.results',
  )
  return new Map(rows.map((row) => [Number(row.poll_id), state(Number(row.version), row.counts.map(Number))]))
}

/** The record does not know how many options there are. */
const state = (version: number, counts: readonly number[]): string =>
  `version ${version}: ${counts.slice(0, counts.findLastIndex((votes) => votes > 0) + 1).join(' ')}`
