import { expect, jest, test } from '@jest/globals'
import { eventually, openDatabase, tcpProxy, testRedis } from '@votestream/testing'
import { aDraft } from '../builders.js'
import { listenToChangesOnRedis, onRedis, startService, type World } from '../world.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

const createPoll = async (world: World, idempotencyKey = ''): Promise<number> => {
  const { question, options, theme } = aDraft({})
  const request = { question, options: [...options], theme: theme ?? '', idempotencyKey }
  const { poll } = await world.polls.call('CreatePoll', request)
  return poll?.id ?? 0
}

const ready = (world: World): Promise<void> =>
  eventually(async () => expect((await world.ops('/readyz')).status).toBe(200))

test('polls that are made on any replica are told to everybody on Redis', async () => {
  const redis = testRedis()
  await using database = await openDatabase()
  await using changes = await listenToChangesOnRedis(redis)
  await using one = await startService(database.urlFor('polls'), onRedis(redis))
  await using two = await startService(database.urlFor('polls'), onRedis(redis))
  await Promise.all([ready(one), ready(two)])

  const ids = [await createPoll(one), await createPoll(two)]

  await eventually(() => expect([...changes.heard].sort()).toEqual(ids))
})

test('one key on two replicas at once makes one poll, and nobody hears of another', async () => {
  const redis = testRedis()
  await using database = await openDatabase()
  await using changes = await listenToChangesOnRedis(redis)
  await using one = await startService(database.urlFor('polls'), onRedis(redis))
  await using two = await startService(database.urlFor('polls'), onRedis(redis))
  await Promise.all([ready(one), ready(two)])

  const ids = await Promise.all([one, two, one, two].map((replica) => createPoll(replica, 'one-key')))

  expect(new Set(ids).size).toBe(1)
  await eventually(() => expect(changes.heard.length).toBeGreaterThan(0))
  expect(new Set(changes.heard)).toEqual(new Set(ids))
})

test.each(['cut', 'frozen'])('polls are made while Redis is %s, and it is alive and ready', async (how) => {
  const { url, prefix } = testRedis()
  const { hostname, port } = new URL(url)
  await using proxy = await tcpProxy({ host: hostname, port: Number(port) })
  await using database = await openDatabase()
  await using world = await startService(
    database.urlFor('polls'),
    onRedis({ url: proxy.through(url), prefix }),
  )
  await ready(world)

  if (how === 'cut') await proxy.cut()
  else proxy.freeze()
  const beganAtMs = performance.now()
  const id = await createPoll(world)
  const tookMs = performance.now() - beganAtMs
  const probes = await Promise.all([world.ops('/livez'), world.ops('/readyz')])

  expect(id).toBe(1)
  expect(tookMs).toBeLessThan(1_500)
  expect(probes.map(({ status }) => status)).toEqual([200, 200])
  expect(await world.polls.health('', 1_000)).toBe(true)
})
