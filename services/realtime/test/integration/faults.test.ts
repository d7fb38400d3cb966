import { expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { aState } from '../fakes.js'
import { openMesh, type Mesh } from '../mesh.js'
import type { PostgresGround } from '../postgres-ground.js'
import { ask, handshake, watch } from '../stream-client.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

const openMeshWithPoll = async (settings = {}): Promise<Mesh & PostgresGround> => {
  const mesh = await openMesh(settings)
  mesh.addPoll(1)
  mesh.settle(aState(1, 1))
  return mesh
}

const killListeners = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'votestream-bus-listener'`
const limitConnections = (limit: number): string =>
  `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT ${limit}', current_database()); END $$`

test('a change that is lost because the bus broke shows as soon as the bus is back', async () => {
  await using mesh = await openMeshWithPoll({ resyncIntervalMs: 60_000 })
  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(1)

  mesh.settle(aState(1, 2)) // nobody hears of it
  await mesh.sql(killListeners)
  await client.sees(2)
  await eventually(async () => expect(await mesh.metric('votestream_bus_connected')).toBe(1))
  mesh.change(aState(1, 3))

  await client.sees(3)
  expect(client.documents.map(({ stale }) => stale)).not.toContain(true)
})

test('while the bus is away, changes show within about a second, and nothing is stale', async () => {
  await using mesh = await openMeshWithPoll({ resyncIntervalMs: 4_000 })
  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(1)
  await mesh.sql(`${limitConnections(0)}; ${killListeners}`)
  await eventually(async () => expect(await mesh.metric('votestream_bus_connected')).toBe(0))

  for (let version = 2; version <= 6; version += 1) {
    mesh.settle(aState(1, version))
    const setAtMs = performance.now()
    await client.sees(version)
    expect(performance.now() - setAtMs).toBeLessThan(1_500)
  }
  await mesh.sql(limitConnections(-1))

  expect(client.documents.map(({ stale }) => stale)).not.toContain(true)
})

test('a change that is lost in silence shows within the resync interval', async () => {
  await using mesh = await openMeshWithPoll({ resyncIntervalMs: 1_000 })
  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(1)

  mesh.settle(aState(1, 2))

  await eventually(() => expect(client.versions()).toEqual([1, 2]), { timeoutMs: 1_500 })
})

test('without votes a number is stale within 5 s, and heals when votes is back', async () => {
  await using mesh = await openMeshWithPoll()
  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(1)
  const [fresh] = client.documents

  await mesh.votes.stop()
  await eventually(
    () => expect(client.documents.at(-1)).toEqual({ ...fresh, as_of: expect.any(String), stale: true }),
    {
      timeoutMs: 5_000,
    },
  )
  expect(await mesh.metric('votestream_realtime_stale_rooms')).toBe(1)
  mesh.settle(aState(1, 2, { asOfUs: 2_000_000 }))
  await mesh.votes.start()
  await eventually(() => expect(client.documents.at(-1)).toMatchObject({ version: 2, stale: false }), {
    timeoutMs: 5_000,
  })

  expect(client.documents).toHaveLength(3)
  expect(await mesh.metric('votestream_realtime_stale_rooms')).toBe(0)
})

test('while votes is silent a number is stale within 5 s, and who joins is shown it all the same', async () => {
  await using mesh = await openMeshWithPoll()
  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(1)

  mesh.votes.silent = true
  await eventually(() => expect(client.documents.at(-1)).toMatchObject({ version: 1, stale: true }), {
    timeoutMs: 5_000,
  })
  await using joiner = await watch(mesh.url, '/polls/1/stream')
  await eventually(() => expect(joiner.documents).toEqual([client.documents.at(-1)]))
  mesh.votes.silent = false

  await eventually(() => expect(joiner.documents.at(-1)).toMatchObject({ version: 1, stale: false }))
})

test('without polls what is watched goes on', async () => {
  await using mesh = await openMeshWithPoll()
  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(1)

  await mesh.polls.stop()
  mesh.change(aState(1, 2))

  await client.sees(2)
})

test.each(['stopped', 'frozen'])(
  'while polls is %s, who comes to a poll that is watched is let in, and who comes to another is told 503',
  async (how) => {
    await using mesh = await openMeshWithPoll()
    mesh.addPoll(2)
    await using client = await watch(mesh.url, '/polls/1/stream')
    await client.sees(1)

    if (how === 'stopped') await mesh.polls.stop()
    else mesh.polls.silent = true
    await using joiner = await watch(mesh.url, '/polls/1/stream')
    mesh.change(aState(1, 2))
    await Promise.all([client.sees(2), joiner.sees(2)])
    const refused = await ask(mesh.url, '/polls/2/stream', { headers: handshake })

    expect(refused.status).toBe(503)
    expect(refused.headers['retry-after']).toBeDefined()
  },
)

test('while votes has copies only, numbers are stale within 5 s, newer ones are shown so, and all heals', async () => {
  await using mesh = await openMeshWithPoll()
  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(1)

  mesh.votes.copiesOnly = true
  await eventually(() => expect(client.documents.at(-1)).toMatchObject({ version: 1, stale: true }), {
    timeoutMs: 5_500,
  })
  mesh.settle(aState(1, 3))
  await eventually(() => expect(client.documents.at(-1)).toMatchObject({ version: 3, stale: true }))
  await using joiner = await watch(mesh.url, '/polls/1/stream')
  await eventually(() => expect(joiner.documents).toMatchObject([{ version: 3, stale: true }]))
  mesh.votes.copiesOnly = false

  for (const each of [client, joiner])
    await eventually(() => expect(each.documents.at(-1)).toMatchObject({ version: 3, stale: false }), {
      timeoutMs: 2_000,
    })
})

test('it starts although everything is away, is alive and ready, and serves when the others come', async () => {
  await using mesh = await openMeshWithPoll()
  await mesh.realtime.stop()
  await Promise.all([mesh.polls.stop(), mesh.votes.stop(), mesh.sql(limitConnections(0))])
  await using lonely = await mesh.restart()
  const ops = `http://127.0.0.1:${lonely.realtime.ports().ops}`

  const probes = await Promise.all(['/livez', '/readyz'].map((path) => fetch(`${ops}${path}`)))
  await Promise.all([mesh.polls.start(), mesh.votes.start(), mesh.sql(limitConnections(-1))])

  expect(probes.map(({ status }) => status)).toEqual([200, 200])
  await eventually(async () => {
    await using client = await watch(lonely.url, '/polls/1/stream')
    await client.sees(1)
  })
})
