import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { eventually, tcpProxy, type TcpProxy } from '@votestream/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { aFakeVotes, serveVotes, type FakeVotes } from '../fakes.js'
import { openWorld, told, type World } from '../world.js'

/** The database alone may take seconds on a busy machine. */
const HOOK_WITHIN_MS = 20_000

/** Two replicas of votes, each behind a way that can be cut or frozen. */
let first: TcpProxy
let proxies: TcpProxy[]
let fakes: [FakeVotes, FakeVotes]
let servers: ReturnType<typeof serveVotes>[]
let world: World
beforeEach(async () => {
  fakes = [aFakeVotes(), aFakeVotes()]
  for (const fake of fakes)
    fake.handlers.CastVotes = async function* ({ ballots }) {
      fake.cast.push(...ballots)
      await sleep(20) // so that some are always under way
      yield {
        outcomes: ballots.map((_ballot, index) => ({ index, status: 'OUTCOME_STATUS_COUNTED', version: 1 })),
      }
    }
  servers = fakes.map((fake) => serveVotes(fake))
  for (const server of servers) await server.start()
  proxies = await Promise.all(servers.map(({ port }) => tcpProxy({ host: '127.0.0.1', port })))
  first = proxies[0] as TcpProxy
  world = await openWorld({ env: { VOTES_ADDRESS: proxies.map(({ address }) => address).join() } })
  await eventually(async () => {
    await world.vote(1, { choice: 0 })
    for (const { cast } of fakes) expect(cast.length).toBeGreaterThan(0)
  })
  for (const { cast } of fakes) cast.length = 0
}, HOOK_WITHIN_MS)
afterEach(async () => {
  await world[Symbol.asyncDispose]()
  for (const proxy of proxies) await proxy.close()
  for (const server of servers) await server.stop()
}, HOOK_WITHIN_MS)

interface Answered {
  readonly begunMs: number
  readonly status: number
  readonly voteId: unknown
  readonly tookMs: number
}

/** Votes on and on, each under a key of its own, and does `fault` after a while. */
const voteThrough = async (fault: () => unknown, forMs: number): Promise<readonly Answered[]> => {
  const answers: Promise<Answered>[] = []
  const startedAt = performance.now()
  const faultAt = startedAt + 700
  let done = false
  for (let vote = 0; performance.now() < faultAt + forMs; vote++) {
    const begun = performance.now()
    const ask = async (): Promise<Answered> => {
      const response = await world.vote(1, { choice: 0 }, { 'Idempotency-Key': `key-${vote}` })
      const { status, body } = await told(response)
      const tookMs = performance.now() - begun
      return { begunMs: begun - faultAt, status, voteId: body.vote_id, tookMs }
    }
    answers.push(ask())
    if (!done && begun > faultAt) {
      done = true
      await fault()
    }
    await sleep(20)
  }
  return Promise.all(answers)
}

const castIds = (...of: readonly FakeVotes[]): Set<string> =>
  new Set(of.flatMap(({ cast }) => cast.map(({ voteId }) => voteId.toString('hex'))))

test('when a replica is killed the other one answers every vote, and no vote becomes two', async () => {
  const answers = await voteThrough(() => first.cut(), 1_500)

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(castIds(fakes[0]).size).toBeGreaterThan(0)
  expect(new Set(answers.map(({ voteId }) => String(voteId).replaceAll('-', '')))).toEqual(castIds(...fakes))
  expect(castIds(...fakes).size).toBe(answers.length)
}, 20_000)

test('when a replica freezes its votes go to the other one within the time of an answer, and soon all of them do at once', async () => {
  const healthy: boolean[] = []
  const watch = setInterval(() => {
    void world.fetch('/health').then(({ status }) => healthy.push(status === 200))
  }, 500)
  const answers = await voteThrough(() => first.freeze(), 5_000)
  clearInterval(watch)

  // Nothing is shed; what the retry budget has no room for is told so honestly, and only of votes that came while nobody knew yet.
  const failed = answers.filter(({ status }) => status !== 200)
  expect(failed.filter(({ status, begunMs }) => status !== 504 || begunMs > 3_500)).toEqual([])
  expect(failed.length).toBeLessThan(answers.length / 10)
  const late = answers.filter(({ begunMs }) => begunMs > 3_500).map(({ tookMs }) => tookMs)
  expect(Math.max(...late)).toBeLessThan(1_000)
  expect(healthy.length).toBeGreaterThan(5)
  expect(new Set(healthy)).toEqual(new Set([true]))
}, 30_000)

test('a replica that goes on is given votes again', async () => {
  first.freeze()
  await voteThrough(() => undefined, 2_500)
  const before = castIds(fakes[0]).size

  first.thaw()

  await eventually(
    async () => {
      await world.vote(1, { choice: 0 })
      expect(castIds(fakes[0]).size).toBeGreaterThan(before)
    },
    { timeoutMs: 15_000 },
  )
}, 30_000)
