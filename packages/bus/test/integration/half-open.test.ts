import { expect, jest, test } from '@jest/globals'
import { createRegistry } from '@votestream/runtime'
import { eventually, fakeClock, openDatabase, silentLogger } from '@votestream/testing'
import { postgresBus } from '../../src/index.js'
import { HEARTBEAT_MS } from '../../src/keep-listening.js'
import { openTunnel } from '../tunnel.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

test('a connection that is open but dead is noticed by the heartbeat and replaced', async () => {
  await using database = await openDatabase()
  await using tunnel = await openTunnel(database.urlFor('bus'))
  const clock = fakeClock()
  const bus = postgresBus({
    url: tunnel.url,
    logger: silentLogger,
    registry: createRegistry('test'),
    clock,
    listen: ['results'],
  })
  await bus.start?.()
  await eventually(() => expect(bus.connected).toBe(true))

  tunnel.swallow(true)
  await clock.advance(HEARTBEAT_MS)
  await eventually(() => expect(bus.connected).toBe(false))
  tunnel.swallow(false)
  await eventually(async () => {
    await clock.advance(1_000)
    expect(bus.connected).toBe(true)
  })

  await bus.stop?.()
})
