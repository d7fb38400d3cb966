import { expect, test } from '@jest/globals'
import { postgresBus } from '@votestream/bus'
import { aRegistry, eventually, silentLogger } from '@votestream/testing'
import { openWorld, told, type World } from '../world.js'

const healthOf = async (world: World) => {
  const startedAt = performance.now()
  const { status, body } = await told(await world.fetch('/health'))
  return { status, body, ms: performance.now() - startedAt }
}

test('all is well', async () => {
  await using world = await openWorld()

  expect(await told(await world.fetch('/health'))).toEqual({
    status: 200,
    type: 'application/json',
    body: { status: 'ok', database: true, redis: null, kafka: null, active_connections: 0 },
  })
})

test('without votes it is down, without polls degraded, and well again when they are back', async () => {
  await using world = await openWorld()

  const votes = await world.kill('votes')
  await eventually(async () =>
    expect(await healthOf(world)).toMatchObject({ status: 503, body: { status: 'down', database: true } }),
  )
  await votes.back()
  await eventually(async () =>
    expect(await healthOf(world)).toMatchObject({ status: 200, body: { status: 'ok' } }),
  )
  const polls = await world.kill('polls')

  await eventually(async () =>
    expect(await healthOf(world)).toMatchObject({
      status: 200,
      body: { status: 'degraded', database: true },
    }),
  )
  await polls.back()
}, 20_000)

test('without its database votes cannot be accepted', async () => {
  await using world = await openWorld()

  world.votes.health.postgres = false

  await eventually(async () =>
    expect(await healthOf(world)).toMatchObject({ status: 503, body: { status: 'down', database: false } }),
  )
})

test('it counts the streams that the replicas of realtime tell of', async () => {
  await using world = await openWorld()
  const bus = postgresBus({ url: world.busUrl, logger: silentLogger, registry: aRegistry(), listen: [] })
  await bus.start?.()

  await eventually(async () => {
    // Replicas repeat themselves: who begins to listen only now has missed what was said before.
    bus.publishConnections('replica-a', 7)
    bus.publishConnections('replica-b', 5)
    await bus.flush()
    expect((await healthOf(world)).body.active_connections).toBe(12)
  })
  await bus.stop?.()
})

test('the ops port knows when the gateway leaves', async () => {
  await using world = await openWorld({ env: { DRAIN_DELAY_MS: '300' } })
  const ready = async (): Promise<number> => (await fetch(`http://127.0.0.1:${world.opsPort}/readyz`)).status

  const before = await ready()
  const stopped = world.gateway.stop()
  await eventually(async () => expect(await ready()).toBe(503))
  const duringDrain = (await world.fetch('/themes')).status
  await stopped

  expect([before, duringDrain]).toEqual([200, 200])
})
