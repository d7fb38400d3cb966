import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { settle } from '../accounts/settle.js'
import { storesOf } from '../accounts/stores.js'
import { NORMAL_WITHIN_MS, openContest, type Contest } from '../client/contest.js'
import type { Health } from '../client/documents.js'
import { readMetric, readTotal } from '../client/ops.js'
import { countsOf, createPoll, readResults, vote } from '../client/polls.js'
import { openRest, openRests, type Rest } from '../client/rest.js'
import { openSocket, type Stream } from '../client/streams.js'
import { runFolderIn, startMesh, type RunningMesh } from '../mesh.js'
import { freezeAtStart, untilBack } from '../processes.js'
import { replicasOf, urlsOf } from '../run-record.js'

// The machine may be busy with other suites: a test that hangs is the only one that takes this long.
jest.setTimeout(180_000)

/** Not there yet when those who call them look for them. */
const LATE = ['polls-2', 'realtime-2', 'votes-2']
/** `grpc.max_connection_age_ms`. */
const USED_WITHIN_MS = 60_000
const CONNECTIONS_WITHIN_MS = 10_000
const PARTITIONS = 6
/** Eleven processes and the voters share the cores of one machine. */
const VOTES_A_SECOND = 60
/** What voters may be told while a replica goes and comes back; a 503 says when to retry, and 0 is a gateway that breaks off. */
const MAY_SEE = [0, 200, 202, 503, 504]

let stateFolder: string
let mesh: RunningMesh
/** One client for each gateway. */
let gateways: readonly Rest[]
/** One client for both. */
let rest: Rest
let realtimes: readonly string[]
let lateSinceMs: number

beforeAll(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'votestream-replicas-'))
  const runFolder = runFolderIn(stateFolder, true)
  const starting = startMesh({
    ...{ stateFolder, full: true, env: { RATE_LIMIT_PER_MINUTE: '0' } },
    replicas: { gateway: 2, polls: 2, votes: 2, realtime: 2 },
  })
  const late = await Promise.all(LATE.map((name) => freezeAtStart(runFolder, name)))
  const urls = await urlsOf(runFolder, 'gateway')
  gateways = urls.map(openRest)
  rest = openRests(urls)
  realtimes = await urlsOf(runFolder, 'realtime')
  // Everybody else does without them.
  await eventually(
    async () => {
      await Promise.all(gateways.map(async (gateway) => vote(gateway, (await createPoll(gateway)).id, 0)))
    },
    { timeoutMs: 60_000 },
  )
  for (const pid of late) process.kill(pid, 'SIGCONT')
  lateSinceMs = performance.now()
  mesh = await starting
})

afterAll(async () => {
  for (const each of [...gateways, rest]) each[Symbol.dispose]()
  await mesh.stop()
  await rm(stateFolder, { recursive: true, force: true })
})

const opsUrlOf = async (name: string): Promise<string> => {
  const service = name.replace(/-\d$/, '') as 'votes'
  return (await replicasOf(mesh.runFolder, service)).find((each) => each.name === name)?.opsUrl ?? ''
}

/** How much work of the public kind a replica has done. */
const workOf = async (name: string): Promise<number> => {
  const opsUrl = await opsUrlOf(name)
  if (name.startsWith('realtime')) return readTotal(opsUrl, 'votestream_realtime_connections')
  if (name.startsWith('votes')) return readTotal(opsUrl, 'votestream_ballots_received_total')
  const calls = await readMetric(opsUrl, 'votestream_rpc_server_handled_total')
  return calls.filter(({ labels }) => labels.method?.startsWith('votestream.')).length
}

/** The partitions that a votes replica folds. */
const partitionsOf = async (name: string): Promise<readonly number[]> =>
  (await readMetric(await opsUrlOf(name), 'votestream_fold_lag_records')).map(({ labels }) =>
    Number(labels.partition),
  )

const closing = (streams: readonly Stream[]): AsyncDisposable => ({
  [Symbol.asyncDispose]: async () => {
    await Promise.all(streams.map((stream) => stream[Symbol.asyncDispose]()))
  },
})

test.each(LATE)('%s, which was away when the others started, is used within 60 s', async (name) => {
  const poll = await createPoll(rest)
  const streams: Stream[] = []
  await using _open = closing(streams)

  await eventually(
    async () => {
      streams.push(await openSocket(mesh.url, poll.id))
      await vote(rest, (await createPoll(rest)).id, 0)
      expect(await workOf(name)).toBeGreaterThan(0)
    },
    { timeoutMs: USED_WITHIN_MS - (performance.now() - lateSinceMs) },
  )
})

test('a vote sent to either gateway is seen on every stream of both realtimes, in the same state at the same version', async () => {
  const poll = await createPoll(rest)
  const urls = [...realtimes, ...gateways.map(({ url }) => url)]
  const streams = await Promise.all(urls.map((url) => openSocket(url, poll.id)))
  await using _open = closing(streams)

  for (let round = 0; round < 10; round += 1) {
    const { version } = await vote(gateways[round % 2] ?? rest, poll.id, round % 3)
    await Promise.all(streams.map(({ sightings }) => sightings.until((seen) => seen.version >= version)))
  }

  const states = new Map<number, Set<string>>()
  for (const seen of streams.flatMap(({ sightings }) => sightings.seen))
    states.set(seen.version, (states.get(seen.version) ?? new Set()).add(String(countsOf(seen))))
  expect([...states.values()].filter(({ size }) => size !== 1)).toEqual([])
  expect(streams.map(({ sightings }) => sightings.latest?.version)).toEqual(urls.map(() => 10))
  expect(streams.flatMap(({ sightings }) => sightings.faults)).toEqual([])
})

test('one key sent to both gateways at once is one vote', async () => {
  const poll = await createPoll(rest)
  const key = randomUUID()

  const votes = await Promise.all(
    Array.from({ length: 50 }, (_, index) => vote(gateways[index % 2] ?? rest, poll.id, 1, key)),
  )

  expect(new Set(votes.map(({ vote_id: voteId }) => voteId)).size).toBe(1)
  for (const gateway of gateways) expect((await readResults(gateway, poll.id)).total_votes).toBe(1)
})

test('what one gateway answered is what the other one reads', async () => {
  const [one = rest, other = rest] = gateways
  const missed: string[] = []

  for (let round = 0; round < 20; round += 1) {
    const poll = await createPoll(one)
    const { version } = await vote(other, poll.id, 0)
    const results = await readResults(one, poll.id)
    if (results.version < version) missed.push(`version ${results.version} after ${version}`)
  }

  expect(missed).toEqual([])
})

test('/health of either gateway counts the WebSockets of both realtimes', async () => {
  const poll = await createPoll(rest)
  const countAt = async (gateway: Rest): Promise<number> =>
    ((await gateway.get('/health')).body as Health).active_connections
  const all = async (count: number): Promise<void> => {
    await eventually(async () => expect(await Promise.all(gateways.map(countAt))).toEqual([count, count]), {
      timeoutMs: CONNECTIONS_WITHIN_MS,
    })
  }
  await all(0)

  const [one = '', other = ''] = realtimes
  const streams = await Promise.all([one, one, one, other, other].map((url) => openSocket(url, poll.id)))
  await using _open = closing(streams)

  await all(5)
})

test('both votes replicas fold, each partitions of its own, and together all of them', async () => {
  const poll = await createPoll(rest)

  await Promise.all(Array.from({ length: 200 }, () => vote(rest, poll.id, 0)))

  const [one, other] = [await partitionsOf('votes'), await partitionsOf('votes-2')]
  expect([...one, ...other].sort()).toEqual(Array.from({ length: PARTITIONS }, (_, index) => index))
  expect([one.length, other.length]).toEqual([PARTITIONS / 2, PARTITIONS / 2])
  for (const name of ['votes', 'votes-2'])
    expect(await readTotal(await opsUrlOf(name), 'votestream_ballots_folded_total')).toBeGreaterThan(0)
})

describe('under load', () => {
  let contest: Contest

  beforeAll(async () => {
    const sockets = [...realtimes, ...gateways.map(({ url }) => url)]
    contest = await openContest({
      ...{ rest, polls: 2, votesPerSecond: VOTES_A_SECOND },
      watchAt: [
        ...sockets.map((url) => ({ kind: 'WebSocket' as const, url: () => url })),
        ...gateways.map(({ url }) => ({ kind: 'Server-Sent Events' as const, url: () => url })),
      ],
    })
  })

  afterAll(async () => {
    await contest[Symbol.asyncDispose]()
  })

  test.each([...['realtime', 'realtime-2', 'gateway', 'gateway-2', 'votes', 'votes-2', 'polls', 'polls-2']])(
    '%s is restarted in order',
    async (name) => {
      const pid = Number((await mesh.pids())[name])
      const before = contest.election.voters.length
      await contest.rush()

      process.kill(pid, 'SIGTERM')
      await untilBack(mesh, name, pid)
      const tookMs = await contest.untilNormal(performance.now())

      const statuses = new Set(contest.election.voters.slice(before).flatMap((voter) => voter.statuses))
      expect(tookMs).toBeLessThan(NORMAL_WITHIN_MS)
      expect([...statuses].filter((status) => !MAY_SEE.includes(status))).toEqual([])
      expect(contest.faultsSeen()).toEqual([])
    },
  )

  test('kill -9 of a votes replica: votes are answered normally again within 15 s', async () => {
    const pid = Number((await mesh.pids()).votes)
    await contest.rush()

    process.kill(pid, 'SIGKILL')
    const tookMs = await contest.untilNormal(performance.now())

    expect(tookMs).toBeLessThan(NORMAL_WITHIN_MS)
    await untilBack(mesh, 'votes', pid)
    expect(contest.faultsSeen()).toEqual([])
  })

  test('kill -9 of a votes replica that stays away: the other one has its partitions, and all is normal within 15 s', async () => {
    const pid = Number((await mesh.pids())['votes-2'])
    await contest.rush()

    process.kill(pid, 'SIGKILL')
    const atMs = performance.now()
    const successor = await freezeAtStart(mesh.runFolder, 'votes-2', pid)
    const tookMs = await contest.untilNormal(atMs)
    const inherited = await partitionsOf('votes')
    process.kill(successor, 'SIGCONT')

    expect(tookMs).toBeLessThan(NORMAL_WITHIN_MS)
    expect(inherited).toHaveLength(PARTITIONS)
    await untilBack(mesh, 'votes-2', pid)
    await eventually(async () => expect(await partitionsOf('votes-2')).toHaveLength(PARTITIONS / 2), {
      timeoutMs: NORMAL_WITHIN_MS,
    })
    expect(contest.faultsSeen()).toEqual([])
  })

  test('no acknowledged vote is lost, none counts twice, and every account agrees within 10 s', async () => {
    const { repeated } = await settle({ contest, rest, stores: await storesOf(mesh.runFolder) })

    expect(contest.known(undefined)).toEqual([])
    expect(repeated).toBeGreaterThan(0)
  })
})
