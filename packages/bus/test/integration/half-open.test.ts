import { expect, jest, test } from '@jest/globals'
import { createRegistry } from '@votestream/runtime'
import { eventually, fakeClock, openDatabase, silentLogger } from '@votestream/testing'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { postgresBus } from '../../src/index.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

/** A way to a server that can swallow everything without closing anything, as a firewall that forgot a connection does. */
const openTunnel = async (url: string) => {
  const target = new URL(url)
  const sockets: Socket[] = []
  let swallows = false
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.push(from)
      from.on('data', (bytes) => {
        if (!swallows) to.write(bytes)
      })
      from.on('error', () => undefined)
      from.on('close', () => {
        if (!swallows) to.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const tunnelUrl = new URL(url)
  tunnelUrl.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: tunnelUrl.href,
    swallow: (on: boolean) => (swallows = on),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

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
  await clock.advance(5_000)
  await eventually(() => expect(bus.connected).toBe(false))
  tunnel.swallow(false)
  await eventually(async () => {
    await clock.advance(1_000)
    expect(bus.connected).toBe(true)
  })

  await bus.stop?.()
})
