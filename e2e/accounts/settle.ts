import { expect } from '@jest/globals'
import { eventually } from '@votestream/testing'
import type { Contest } from '../client/contest.js'
import type { Results } from '../client/documents.js'
import type { Voter } from '../client/electorate.js'
import { countsOf, readResults } from '../client/polls.js'
import type { Rest } from '../client/rest.js'
import { readCopies } from './live-view.js'
import { foldLog, readLog } from './log.js'
import { lineOf, talliesOf } from './recorded-vote.js'
import { readRows } from './rows.js'
import type { Stores } from './stores.js'

/** C6. */
export const EQUAL_WITHIN_MS = 10_000
const QUESTIONS_AT_ONCE = 64
/** Asking for each of some ten thousand votes would take longer than everything else. */
const MOST_ASKED = 1_000
const MOST_SHOWN = 10

interface Options {
  readonly contest: Contest
  readonly rest: Rest
  readonly stores: Stores
}

/**
 * Ends a contest and holds every account of its votes against what the voters were told: C1 to C3, C5 and C6. Resolves to how many records
 * of a full mesh's log repeat a vote.
 */
export const settle = async ({ contest, rest, stores }: Options): Promise<{ readonly repeated: number }> => {
  await contest.election.finish()
  const lastMs = performance.now()
  const { pollIds, options } = contest
  const counted = contest.known('counted')
  const expected = pollIds.map((id) =>
    Array.from(
      { length: options },
      (_, choice) => counted.filter((v) => v.pollId === id && v.choice === choice).length,
    ),
  )

  const results = await Promise.all(pollIds.map((id) => readResults(rest, id)))
  await eventually(() => expectSame(contest, results), {
    timeoutMs: EQUAL_WITHIN_MS - (performance.now() - lastMs),
  })
  const rows = (await readRows(stores)).filter(({ pollId }) => pollIds.includes(pollId))

  expect(contest.faultsSeen()).toEqual([])
  expect(results.map(countsOf)).toEqual(expected)
  expect(results.map(({ total_votes: total }) => total)).toEqual(
    pollIds.map((id) => counted.filter(({ pollId }) => pollId === id).length),
  )
  expect(rows.length).toBe(counted.length)
  expect(missingFrom(rows.map(idOf), counted.map(idOf))).toEqual([])
  expect(await statusesOf(rest, counted)).toEqual(new Set(['counted']))
  return stores.kafka ? await expectEqualAccounts(stores, rest) : { repeated: 0 }
}

/** What the observers saw last is what the results say. */
const expectSame = (contest: Contest, results: readonly Results[]): void => {
  const latest = contest.everybody().map(({ sightings }) => sightings.latest)
  const wanted = latest.map((seen) => results.find((each) => each.poll_id === seen?.poll_id))
  expect(latest.map((seen) => [seen?.version, seen && countsOf(seen)])).toEqual(
    wanted.map((each) => [each?.version, each && countsOf(each)]),
  )
}

/** What GET says of the votes, of some of them where there are very many. */
const statusesOf = async (rest: Rest, voters: readonly Voter[]): Promise<ReadonlySet<string>> => {
  const statuses = new Set<string>()
  const step = Math.ceil(voters.length / MOST_ASKED)
  const waiting = voters.filter((_, index) => index % step === 0)
  const ask = async (): Promise<void> => {
    for (let voter = waiting.pop(); voter !== undefined; voter = waiting.pop()) {
      const { status, body } = await rest.get(`/polls/${voter.pollId}/votes/${String(voter.voteId)}`)
      statuses.add(status === 200 ? (body as { status: string }).status : String(status))
    }
  }
  await Promise.all(Array.from({ length: QUESTIONS_AT_ONCE }, ask))
  return statuses
}

/**
 * The log folded by its own rule, the rows, the results and every copy in Redis say the same of all polls of a full mesh: C6. Nobody may
 * be voting meanwhile; resolves to how often the log repeats a vote that it has already.
 */
export const expectEqualAccounts = async (
  stores: Stores,
  rest: Rest,
): Promise<{ readonly repeated: number }> => {
  const folded = foldLog(await readLog(stores))
  const rows = await readRows(stores)
  const tallies = talliesOf(folded.votes)
  const results = await Promise.all([...tallies.keys()].map((id) => readResults(rest, id)))
  const resultsOf = (id: number): Results | undefined => results.find(({ poll_id: each }) => each === id)

  expect(folded.faults).toEqual([])
  expect(rows.length).toBe(folded.votes.length)
  expect(missingFrom(rows.map(lineOf), folded.votes.map(lineOf))).toEqual([])
  expect(results.map((each) => [each.poll_id, withoutLastZeros(countsOf(each))])).toEqual([...tallies])
  await eventually(
    async () => {
      const copies = await readCopies(stores)
      expect(
        copies.map(({ pollId, version, counts }) => [pollId, version, withoutLastZeros(counts)]),
      ).toEqual(
        copies.map(({ pollId }) => {
          const shown = resultsOf(pollId)
          return [pollId, shown?.version, shown && withoutLastZeros(countsOf(shown))]
        }),
      )
    },
    { timeoutMs: EQUAL_WITHIN_MS },
  )
  return { repeated: folded.repeated }
}

const idOf = ({ voteId }: { readonly voteId: string | undefined }): string => voteId ?? 'none'

/** Some of those that should be there and are not: two lists of ten thousands are compared by a glance, and not by a diff. */
const missingFrom = (there: readonly string[], wanted: readonly string[]): readonly string[] => {
  const known = new Set(there)
  return wanted.filter((each) => !known.has(each)).slice(0, MOST_SHOWN)
}

/** As a log knows them, which does not know how many options there are. */
const withoutLastZeros = (counts: readonly number[]): readonly number[] =>
  counts.slice(0, counts.findLastIndex((votes) => votes > 0) + 1)
