import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { settle } from '../../accounts/settle.js'
import { storesOf } from '../../accounts/stores.js'
import { NORMAL_WITHIN_MS, openContest, type Contest } from '../../client/contest.js'
import { createPoll, readResults, vote } from '../../client/polls.js'
import { openRest } from '../../client/rest.js'
import { openSocket } from '../../client/streams.js'
import { freezeAtStart, untilBack } from '../../processes.js'
import { asStrangers } from '../clients.js'
import type { AccessLine } from '../run-nginx.js'
import type { NginxSubject } from '../subject.js'

/** Two replicas of a service behind Nginx, while both are there and while one is not. */
export const replicas = (subject: NginxSubject): void => {
  const VOTES_A_SECOND = 40
  /** `fail_timeout`, the controller's default, and a moment. */
  const TRIED_AGAIN_WITHIN_MS = 15_000

  const linesSince = async (count: number): Promise<readonly AccessLine[]> =>
    (await subject.nginx.lines()).slice(count)
  const lineCount = async (): Promise<number> => (await subject.nginx.lines()).length
  const serversOf = (lines: readonly AccessLine[]): ReadonlySet<string | undefined> =>
    new Set(lines.map(({ tries }) => tries.at(-1)?.server))

  test('requests go to both gateways, streams to both realtimes', async () => {
    const poll = await createPoll(subject.strangers)
    const before = await lineCount()

    await Promise.all(Array.from({ length: 50 }, () => subject.strangers.get(`/polls/${poll.id}`)))
    for (let round = 0; round < 20; round += 1)
      await (await openSocket(subject.nginx.url, poll.id))[Symbol.asyncDispose]()

    await eventually(async () => {
      const lines = await linesSince(before)
      const ofStreams = lines.filter(({ uri }) => uri.endsWith('/stream'))
      const ofRequests = lines.filter(({ uri }) => uri === `/polls/${poll.id}`)
      expect(serversOf(ofRequests)).toEqual(new Set(await subject.addressesOf('gateway')))
      expect(serversOf(ofStreams)).toEqual(new Set(await subject.addressesOf('realtime')))
    })
  })

  test('with nginx.org/keepalive connections to the gateways are kept, and it is Nginx that ends one that idles', async () => {
    const NGINX_IDLE_S = 60 // `keepalive_timeout` of an upstream, which no annotation changes
    await using nginx = await subject.runNginxWith({ 'nginx.org/keepalive': '32' })
    using rest = openRest(nginx.url)

    const answers = await Promise.all(Array.from({ length: 200 }, () => rest.get('/health')))

    const lines = await eventually(async () => {
      const all = await nginx.lines()
      expect(all).toHaveLength(answers.length)
      return all
    })
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    for (const { keptAlive } of lines)
      expect(Number(/^timeout=(\d+)/.exec(keptAlive)?.[1])).toBeGreaterThan(NGINX_IDLE_S)
  })

  describe('under load', () => {
    let contest: Contest
    let begun: number

    beforeAll(async () => {
      begun = await lineCount()
      const url = (): string => subject.nginx.url
      contest = await openContest({
        ...{ rest: subject.strangers, polls: 2, votesPerSecond: VOTES_A_SECOND },
        watchAt: [
          ...[1, 2, 3].map(() => ({ kind: 'WebSocket' as const, url })),
          { kind: 'Server-Sent Events' as const, url },
        ],
      })
    })

    afterAll(async () => {
      await contest[Symbol.asyncDispose]()
    })

    /** Lets a replica die with votes in its hands, and keeps its successor from listening until the disposal. */
    const killAndKeepAway = async (name: string): Promise<AsyncDisposable & { readonly atMs: number }> => {
      const pid = Number((await subject.mesh.pids())[name])
      // What it is given now it takes along.
      process.kill(pid, 'SIGSTOP')
      await contest.rush()
      process.kill(pid, 'SIGKILL')
      const atMs = performance.now()
      const successor = await freezeAtStart(subject.mesh.runFolder, name, pid)
      const comeBack = async (): Promise<void> => {
        process.kill(successor, 'SIGCONT')
        await untilBack(subject.mesh, name, pid)
      }
      return { atMs, [Symbol.asyncDispose]: comeBack }
    }

    describe('while a gateway that was killed stays away', () => {
      let away: Awaited<ReturnType<typeof killAndKeepAway>>

      beforeAll(async () => {
        away = await killAndKeepAway('gateway-2')
      })

      afterAll(async () => {
        await away[Symbol.asyncDispose]()
      })

      test('it is left out, and votes go on', async () => {
        const LOOK_MS = 1_000
        const [, lost = ''] = await subject.addressesOf('gateway')

        const tookMs = await contest.untilNormal(away.atMs)
        const before = await lineCount()
        await sleep(LOOK_MS)
        const meanwhile = await linesSince(before)

        expect(tookMs).toBeLessThan(NORMAL_WITHIN_MS)
        expect(contest.faultsSeen()).toEqual([])
        expect(meanwhile.filter(({ status }) => status >= 500)).toEqual([])
        expect(serversOf(meanwhile).has(lost)).toBe(false)
      })

      test('a vote whose connection cannot be made goes to the other one', async () => {
        // This one forgets at once that a server failed, and tries it again and again.
        await using nginx = await subject.runNginxWith({ 'nginx.org/max-fails': '0' })
        using strangers = asStrangers(openRest(nginx.url))
        const poll = await createPoll(strangers)

        await Promise.all(Array.from({ length: 50 }, () => vote(strangers, poll.id, 0)))

        const votes = (await nginx.lines()).filter(({ uri }) => uri.endsWith('/vote'))
        const repeated = votes.filter(({ tries }) => tries.length > 1)
        expect(repeated.length).toBeGreaterThan(0)
        expect(new Set(repeated.map(({ tries }) => tries[0]?.bytesSent))).toEqual(new Set([0]))
        expect((await readResults(strangers, poll.id)).total_votes).toBe(50)
      })
    })

    test('a gateway that is back is used again', async () => {
      const [, back = ''] = await subject.addressesOf('gateway')
      const before = await lineCount()

      await eventually(async () => expect(serversOf(await linesSince(before)).has(back)).toBe(true), {
        timeoutMs: TRIED_AGAIN_WITHIN_MS,
      })
    })

    const versionsNow = async (): Promise<ReadonlyMap<number, number>> => {
      const results = await Promise.all(contest.pollIds.map((id) => readResults(subject.strangers, id)))
      return new Map(results.map((each) => [each.poll_id, each.version]))
    }

    test('streams of a realtime that is killed and stays away come back on the other one', async () => {
      const returns = (): number => contest.viewers.reduce((sum, viewer) => sum + viewer.returns, 0)
      const before = returns()
      await using _away = await killAndKeepAway('realtime-2')
      const sinceKill = await versionsNow()

      await eventually(
        () => {
          expect(returns()).toBeGreaterThan(before)
          expect(contest.staleness()).toEqual(contest.viewers.map(() => false))
          const seen = contest.viewers.flatMap(({ sightings }) => sightings.latest ?? [])
          const old = seen.filter((each) => each.version <= (sinceKill.get(each.poll_id) ?? 0))
          expect(old).toEqual([])
        },
        { timeoutMs: NORMAL_WITHIN_MS },
      )

      expect(contest.faultsSeen()).toEqual([])
    })

    test('every vote counts exactly once: the rows, the log, the results and every stream agree', async () => {
      await settle({
        contest,
        rest: subject.strangers,
        stores: await storesOf(subject.mesh.runFolder),
      })

      expect(contest.known(undefined)).toEqual([])
      expect(contest.known('counted').length).toBeGreaterThan(0)
    })

    test('Nginx sends no vote to a second gateway that the first one may have got', async () => {
      const votes = (await linesSince(begun)).filter(({ method }) => method === 'POST')
      const lost = votes.filter(({ status }) => [502, 504].includes(status))
      const received = votes.map(({ tries }) => tries.filter(({ bytesSent }) => bytesSent > 0).length)

      expect(lost.length).toBeGreaterThan(0)
      expect(Math.max(...received)).toBe(1)
    })
  })
}
