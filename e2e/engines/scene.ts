import { expect } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { settle } from '../accounts/settle.js'
import { storesOf } from '../accounts/stores.js'
import { NORMAL_WITHIN_MS, openContest, type Contest } from '../client/contest.js'
import { openRest } from '../client/rest.js'
import type { RunningMesh } from '../mesh.js'
import { urlsOf } from '../run-record.js'
import { keepDiary, watchHealth, type Diary, type Entry } from './diary.js'
import { takeAway, type Outage, type Way } from './outages.js'
import type { Story } from './story.js'

/** What is done once everybody can know of an outage; it is told when that began. */
export type Meanwhile = (beganMs: number) => Promise<void>

/** A mesh under load, everything that is asked of it noted. */
export interface Scene extends AsyncDisposable {
  readonly diary: Diary
  readonly contest: Contest
  /** Takes a process away for a while, and tells what was answered and shown. */
  without(name: string, way: Way, meanwhile?: Meanwhile): Promise<Story>
  takeAway(name: string, way: Way): Promise<Outage>
  /** Fails unless all is well within 15 s from a moment on (C7); resolves to how long it took until votes were answered normally. */
  expectHealed(fromMs: number): Promise<number>
  /** Ends the voting, and fails unless every account of it agrees within 10 s (C6), with everybody's vote decided. */
  expectEqualAccounts(): Promise<void>
}

const VOTES_A_SECOND = 50
const HEALTH_EVERY_MS = 200
/** A frozen engine is known to be away after an unanswered request of 1.5 s and what its caller waits for; the others much sooner. */
export const KNOWN_WITHIN_MS = 3_500
/** Beyond the time in which it becomes known; streams have to say by then that they are stale. */
const LASTS_MS = 8_000
/** Who asks so shortly before the end may be answered after it. */
const LAST_ANSWERS_MS = 1_000

export const openScene = async (mesh: RunningMesh): Promise<Scene> => {
  const diary = keepDiary(openRest(mesh.url))
  const [one = '', other = ''] = await urlsOf(mesh.runFolder, 'realtime')
  const contest = await openContest({
    ...{ rest: diary, polls: 2, votesPerSecond: VOTES_A_SECOND },
    watchAt: [
      { kind: 'WebSocket', url: () => mesh.url },
      { kind: 'WebSocket', url: () => one },
      { kind: 'Server-Sent Events', url: () => other },
    ],
  })
  const health = watchHealth(diary, HEALTH_EVERY_MS)
  return {
    ...{ diary, contest },
    takeAway: (name, way) => takeAway(mesh, name, way),
    without: (name, way, meanwhile) => tell({ mesh, diary, contest }, name, way, meanwhile),
    async expectHealed(fromMs) {
      const tookMs = await contest.untilNormal(fromMs)
      expect(tookMs).toBeLessThan(NORMAL_WITHIN_MS)
      const leftMs = fromMs + NORMAL_WITHIN_MS - performance.now()
      await eventually(async () => expect(await healthOf(diary)).toMatchObject(ALL_WELL), {
        timeoutMs: leftMs,
      })
      await eventually(() => expect(contest.staleness()).toEqual(contest.viewers.map(() => false)))
      expect(contest.faultsSeen()).toEqual([])
      return tookMs
    },
    async expectEqualAccounts() {
      await settle({ contest, rest: diary, stores: await storesOf(mesh.runFolder) })
      expect(contest.known(undefined)).toEqual([])
    },
    [Symbol.asyncDispose]: async () => {
      await contest.election.finish()
      await Promise.all([health[Symbol.asyncDispose](), contest[Symbol.asyncDispose]()])
      diary[Symbol.dispose]()
    },
  }
}

const ALL_WELL = { status: 'ok', database: true, redis: true, kafka: true }

const healthOf = async (diary: Diary): Promise<unknown> => (await diary.get('/health')).body

interface Stage {
  readonly mesh: RunningMesh
  readonly diary: Diary
  readonly contest: Contest
}

const tell = async (
  { mesh, diary, contest }: Stage,
  name: string,
  way: Way,
  meanwhile?: Meanwhile,
): Promise<Story> => {
  await using outage = await takeAway(mesh, name, way)
  const knownMs = outage.beganMs + KNOWN_WITHIN_MS
  await sleep(knownMs - performance.now())
  const seenBefore = contest.viewers.map(({ sightings }) => sightings.seen.length)
  await meanwhile?.(outage.beganMs)
  await sleep(outage.beganMs + LASTS_MS - performance.now())
  const shown = contest.viewers.map(({ sightings }, index) => sightings.seen.slice(seenBefore[index]))
  const shownLast = contest.viewers.map(({ sightings }) => sightings.latest)
  const untilMs = performance.now() - LAST_ANSWERS_MS
  const endedMs = performance.now()
  const backMs = await outage.end()
  const sent = (kind: Entry['kind']): readonly Entry[] => diary.sent(kind, knownMs, untilMs)
  return {
    ...{ beganMs: outage.beganMs, backMs, comesBackMs: backMs - endedMs, shown, shownLast },
    votesFromStart: diary.sent('vote', outage.beganMs, untilMs),
    votes: sent('vote'),
    reads: sent('read'),
    // How it is asks everybody, and takes as long as the slowest: what is answered after the end tells of the end.
    healths: sent('health').filter(({ sentMs, tookMs }) => sentMs + tookMs < endedMs),
  }
}
