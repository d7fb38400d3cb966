import { expect } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { startElection, type Electorate, type Voter } from './electorate.js'
import { followReads, followStreams, type Follower } from './follow.js'
import { aPoll, createPoll } from './polls.js'
import type { Rest } from './rest.js'
import { makeSightings, type Sightings } from './sightings.js'
import { openEvents, openSocket, type Stream } from './streams.js'

/** Some polls with voters at a steady rate and with observers of each kind: the load under which faults are looked at. */
export interface Contest extends AsyncDisposable {
  readonly pollIds: readonly number[]
  readonly options: number
  readonly election: Electorate
  /** Watch by streams. */
  readonly viewers: readonly Follower[]
  /** Read again and again. */
  readonly readers: readonly Follower[]
  /** Viewers and readers. */
  everybody(): readonly Follower[]
  known(outcome: Voter['outcome']): readonly Voter[]
  /** What was told or shown and must not be; empty when all is well. */
  faultsSeen(): readonly string[]
  /** What each viewer was told last of whether it is stale. */
  staleness(): readonly (boolean | undefined)[]
  /**
   * Resolves to the time from `fromMs` until votes are answered normally: from then on the newest ones are 200 at the first attempt, again
   * and again; Infinity when that does not come.
   */
  untilNormal(fromMs: number): Promise<number>
  /** Lets many more vote, so that much is on its way when this resolves. */
  rush(): Promise<void>
}

export interface ContestOptions {
  readonly rest: Rest
  /** Where each poll is watched; asked at each opening, since a replica may come back elsewhere. */
  readonly watchAt: readonly WatchAt[]
  readonly polls?: number
  readonly votesPerSecond?: number
}

export interface WatchAt {
  readonly kind: 'WebSocket' | 'Server-Sent Events'
  readonly url: () => string | Promise<string>
}

const OPTIONS = ['a', 'b', 'c', 'd']
const POLLS = 3
const VOTES_A_SECOND = 120
const READ_EVERY_MS = 100
/** C7. */
export const NORMAL_WITHIN_MS = 15_000
/** Beyond what is promised, so that a test that fails says by how much. */
const GIVE_UP_AFTER_MS = 3 * NORMAL_WITHIN_MS
/** As many answers in a row, each at the first attempt, are normal. */
const NORMAL_IN_A_ROW = 10
const NORMAL_STEP_MS = 100
const MOST_LOOKED_AT = 5
/** As long as it takes until everybody watches and votes flow. */
const CALM_MS = 1_500
/** Some of them have been answered, some are in the log and some are not, when the rush is over. */
const RUSH = 200
const RUSHING_MS = 60

/** Creates the polls, lets the voters vote and the observers watch, and resolves when all of that is under way. */
export const openContest = async ({
  rest,
  watchAt,
  polls = POLLS,
  votesPerSecond = VOTES_A_SECOND,
}: ContestOptions): Promise<Contest> => {
  const created = await Promise.all(
    Array.from({ length: polls }, () => createPoll(rest, aPoll({ options: OPTIONS }))),
  )
  const pollIds = created.map(({ id }) => id)
  const election = startElection({ rest, pollIds, options: OPTIONS.length, perSecond: votesPerSecond })
  const fresh = (id: number): Sightings => makeSightings(() => election.sentTo(id))
  const viewers = pollIds.flatMap((id) =>
    watchAt.map((place) => followStreams(fresh(id), (sightings) => openAt(place, id, sightings))),
  )
  const readers = pollIds.map((id) => followReads(fresh(id), rest, id, READ_EVERY_MS))
  const everybody = (): readonly Follower[] => [...viewers, ...readers]
  await sleep(CALM_MS)
  return {
    ...{ pollIds, options: OPTIONS.length, election, viewers, readers, everybody },
    known: (outcome) => election.voters.filter((voter) => voter.outcome === outcome),
    faultsSeen: () => [...election.faults, ...everybody().flatMap(({ sightings }) => sightings.faults)],
    staleness: () => viewers.map(({ sightings }) => sightings.latest?.stale),
    untilNormal: (fromMs) => untilNormal(election, rest, pollIds[0] ?? 0, fromMs),
    async rush() {
      election.rush(RUSH)
      await sleep(RUSHING_MS)
    },
    async [Symbol.asyncDispose]() {
      await election.abandon() // nobody is left where it was finished
      await Promise.all(everybody().map((follower) => follower[Symbol.asyncDispose]()))
    },
  }
}

const openAt = async ({ kind, url }: WatchAt, id: number, sightings: Sightings): Promise<Stream> =>
  kind === 'WebSocket' ? openSocket(await url(), id, sightings) : openEvents(await url(), id, sightings)

/** Normal since when: the first of many looks in a row that found nothing else. */
const untilNormal = async (
  election: Electorate,
  rest: Rest,
  pollId: number,
  fromMs: number,
): Promise<number> => {
  let sinceMs = Infinity
  for (let inARow = 0; inARow < NORMAL_IN_A_ROW && performance.now() < fromMs + GIVE_UP_AFTER_MS;) {
    // Voters of the election itself, so that its books stay complete.
    const [before, beganMs] = [election.voters.length, performance.now()]
    await sleep(NORMAL_STEP_MS)
    const recent = election.voters.slice(before, before + MOST_LOOKED_AT)
    await eventually(() => expect(recent.every(({ statuses }) => statuses.length > 0)).toBe(true), {
      timeoutMs: NORMAL_WITHIN_MS,
    })
    const read = await rest.get(`/polls/${pollId}/results`).catch(() => undefined)
    const normal =
      recent.length > 0 && recent.every(({ statuses }) => statuses[0] === 200) && read?.status === 200
    inARow = normal ? inARow + 1 : 0
    if (inARow === 1) sinceMs = beganMs
    if (inARow === 0) sinceMs = Infinity
  }
  return sinceMs - fromMs
}
