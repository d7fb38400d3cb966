import { expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { aState } from '../fakes.js'
import type { Mesh } from '../mesh.js'
import { openRedisMesh, type RedisGround } from '../redis-ground.js'
import { watch } from '../stream-client.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(40_000)

const openMeshWithPoll = async (settings = {}): Promise<Mesh & RedisGround> => {
  const mesh = await openRedisMesh(settings)
  mesh.addPoll(1)
  mesh.settle(aState(1, 1))
  await eventually(async () => expect(await mesh.metric('votestream_bus_connected')).toBe(1))
  return mesh
}

/** Has versions come true in silence, and gives the longest time that one took to show. */
const slowestOf = async (
  mesh: Mesh,
  client: { sees(version: number): Promise<unknown> },
  versions: readonly number[],
): Promise<number> => {
  let slowestMs = 0
  for (const version of versions) {
    mesh.settle(aState(1, version))
    const setAtMs = performance.now()
    await client.sees(version)
    slowestMs = Math.max(slowestMs, performance.now() - setAtMs)
  }
  return slowestMs
}

test('a change is shown as soon as Redis tells of it, without a read', async () => {
  await using mesh = await openMeshWithPoll({ resyncIntervalMs: 60_000 })
  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(1)
  const reads = mesh.votes.reads.length

  for (let version = 2; version <= 10; version += 1) {
    mesh.change(aState(1, version))
    await client.sees(version)
  }

  // One may come when the bus begins to hear.
  expect(mesh.votes.reads.length).toBeLessThanOrEqual(reads + 1)
})

test('a change is told to the rooms of its poll on every replica', async () => {
  await using mesh = await openMeshWithPoll({ resyncIntervalMs: 60_000 })
  await using other = await mesh.restart()
  await using here = await watch(mesh.url, '/polls/1/stream')
  await using there = await watch(other.url, '/polls/1/stream')
  await Promise.all([here.sees(1), there.sees(1)])

  await eventually(() => {
    mesh.change(aState(1, 2))
    expect([here.versions().at(-1), there.versions().at(-1)]).toEqual([2, 2])
  })
})

test('while Redis is away, changes show within about a second, and nothing is stale', async () => {
  await using mesh = await openMeshWithPoll()
  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(1)

  await mesh.redis.cut()
  await eventually(async () => expect(await mesh.metric('votestream_bus_connected')).toBe(0))
  const slowestMs = await slowestOf(mesh, client, [2, 3, 4, 5, 6])

  expect(slowestMs).toBeLessThan(1_700)
  expect(client.documents.map(({ stale }) => stale)).not.toContain(true)
})

test('it hears again soon after Redis is back, and what was missed shows then', async () => {
  await using mesh = await openMeshWithPoll({ resyncIntervalMs: 60_000 })
  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(1)

  await mesh.redis.cut()
  await mesh.votes.stop()
  mesh.settle(aState(1, 2)) // nobody hears of it, and nobody can be asked
  await mesh.votes.start()
  await mesh.redis.mend()
  await client.sees(2)
  await eventually(async () => expect(await mesh.metric('votestream_bus_connected')).toBe(1))
  mesh.change(aState(1, 3))

  await client.sees(3)
})

test('while Redis is frozen, changes show within the resync interval, and within a second once it is noticed', async () => {
  await using mesh = await openMeshWithPoll()
  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(1)

  mesh.redis.freeze()
  const unnoticedMs = await slowestOf(mesh, client, [2])
  await eventually(async () => expect(await mesh.metric('votestream_bus_connected')).toBe(0), {
    timeoutMs: 9_000,
  })
  const noticedMs = await slowestOf(mesh, client, [3, 4, 5])
  mesh.redis.thaw()

  expect(unnoticedMs).toBeLessThan(5_000)
  expect(noticedMs).toBeLessThan(1_700)
  expect(client.documents.map(({ stale }) => stale)).not.toContain(true)
})

test('without Redis and votes a number is stale within 5 s', async () => {
  await using mesh = await openMeshWithPoll()
  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(1)

  await Promise.all([mesh.redis.cut(), mesh.votes.stop()])

  await eventually(() => expect(client.documents.at(-1)).toMatchObject({ version: 1, stale: true }), {
    timeoutMs: 5_000,
  })
})

test('alive and ready do not depend on Redis, and it starts and serves without it', async () => {
  await using mesh = await openMeshWithPoll()
  await mesh.redis.cut()
  await using lonely = await mesh.restart()
  const ops = `http://127.0.0.1:${lonely.realtime.ports().ops}`

  const probes = await Promise.all(['/livez', '/readyz'].map((path) => fetch(`${ops}${path}`)))
  await using client = await watch(lonely.url, '/polls/1/stream')

  expect(probes.map(({ status }) => status)).toEqual([200, 200])
  expect(await client.sees(1)).toMatchObject({ stale: false })
})

test('the open streams of all replicas are counted while they are open, and those of a stopped one are not', async () => {
  await using mesh = await openMeshWithPoll()
  await using other = await mesh.restart()
  await using _here = await watch(mesh.url, '/polls/1/stream')
  await using _there = await watch(other.url, '/polls/1/stream')
  await eventually(() => expect(mesh.bus.totalConnections()).toBe(2))

  const counts: number[] = []
  const untilMs = performance.now() + 12_000 // beyond what is said once
  while (performance.now() < untilMs) {
    counts.push(mesh.bus.totalConnections())
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  await other.realtime.stop()

  expect(new Set(counts)).toEqual(new Set([2]))
  await eventually(() => expect(mesh.bus.totalConnections()).toBe(1), { timeoutMs: 1_000 })
})
