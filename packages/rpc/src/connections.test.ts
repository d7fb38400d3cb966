import { describe, expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { connect } from 'node:net'
import {
  aFreePort,
  deferred,
  keepingLogger,
  listenTcp,
  openPair,
  rejectionOf,
  startEchoClient,
  startEchoServer,
} from '../test/echo.js'
import type { Say } from '../test/echo.js'
import { wasNeverSent } from './index.js'

const unreachable = { code: 'unavailable', reason: 'UNREACHABLE' }
const hangs: Say = () => new Promise(() => undefined)

/** A way to a server that can be cut, as a crash of its machine would. */
const openRoad = (address: string) => {
  const [host = '', port = ''] = address.split(':')
  return listenTcp((socket) => {
    const onwards = connect(Number(port), host)
    onwards.on('error', () => socket.destroy())
    socket.pipe(onwards).pipe(socket)
    socket.once('close', () => onwards.destroy())
  })
}

describe('a call whose server is gone', () => {
  test('was never sent when nobody listens', async () => {
    await using client = await startEchoClient(`127.0.0.1:${await aFreePort()}`)

    const caught = await rejectionOf(client.call('Say', { text: 'hello' }))

    expect(caught).toMatchObject(unreachable)
    expect(wasNeverSent(caught)).toBe(true)
  })

  test('was never sent when the name cannot be resolved', async () => {
    await using client = await startEchoClient('polls.invalid:50051')

    const caught = await rejectionOf(client.call('Say', { text: 'hello' }))

    expect(caught).toMatchObject(unreachable)
    expect(wasNeverSent(caught)).toBe(true)
  })

  test('was never sent when the other side accepts and says nothing until the deadline', async () => {
    await using silent = await listenTcp(() => undefined)
    await using client = await startEchoClient(silent.address)

    const caught = await rejectionOf(client.call('Say', { text: 'hello' }, { timeoutMs: 100 }))

    expect(caught).toMatchObject({ code: 'deadline_exceeded' })
    expect(wasNeverSent(caught)).toBe(true)
  })

  test('may have been sent when the connection breaks under it', async () => {
    const arrived = deferred<undefined>()
    const say: Say = (...args) => {
      arrived.resolve(undefined)
      return hangs(...args)
    }
    await using server = await startEchoServer({ Say: say })
    await using road = await openRoad(server.address)
    await using client = await startEchoClient(road.address)

    const pending = rejectionOf(client.call('Say', { text: 'hello' }))
    await arrived.promise
    for (const socket of road.sockets) socket.resetAndDestroy()
    const caught = await pending

    expect(caught).toMatchObject(unreachable)
    expect(wasNeverSent(caught)).toBe(false)
  })

  test('may have been sent when the server is stopped by force under it', async () => {
    await using pair = await openPair({ Say: hangs }, { shutdownGraceMs: 50 })

    const pending = rejectionOf(pair.client.call('Say', { text: 'hello' }))
    await eventually(async () => expect(await pair.client.health('', 100)).toBe(null))
    await pair.server.stop()
    const caught = await pending

    expect(caught).toMatchObject(unreachable)
    expect(wasNeverSent(caught)).toBe(false)
  })

  test('may have been sent when its deadline passes on an open connection', async () => {
    await using pair = await openPair({ Say: hangs })
    await pair.client.health('', 2_000)

    const caught = await rejectionOf(pair.client.call('Say', { text: 'hello' }, { timeoutMs: 200 }))

    expect(wasNeverSent(caught)).toBe(false)
  })
})

test('an error that the server itself sent is an error of a call that was sent', async () => {
  await using pair = await openPair({ Say: () => Promise.reject(new Error('a bug')) })

  expect(wasNeverSent(await rejectionOf(pair.client.call('Say', { text: 'hello' })))).toBe(false)
})

test('a call that was cancelled before it began was never sent', async () => {
  await using pair = await openPair()

  const caught = await rejectionOf(
    pair.client.call('Say', { text: 'hello' }, { signal: AbortSignal.abort() }),
  )

  expect(caught).toMatchObject({ reason: 'CANCELLED' })
  expect(wasNeverSent(caught)).toBe(true)
})

test('a call on a stopped client was never sent', async () => {
  await using pair = await openPair()
  await pair.client.stop()

  const caught = await rejectionOf(pair.client.call('Say', { text: 'hello' }))

  expect(caught).toMatchObject(unreachable)
  expect(wasNeverSent(caught)).toBe(true)
})

test('what is no error of a call was not "never sent"', () => {
  expect([undefined, null, 'x', new Error('x')].map(wasNeverSent)).toEqual([false, false, false, false])
})

describe('a client', () => {
  test('reconnects to a server that restarts on its port', async () => {
    const port = await aFreePort()
    const { lines, logger } = keepingLogger()
    await using client = await startEchoClient(`127.0.0.1:${port}`, { logger })
    const first = await startEchoServer({}, { port })
    await eventually(() => client.call('Say', { text: 'hello' }))
    await first.server.stop()
    await eventually(async () =>
      expect(await rejectionOf(client.call('Say', { text: 'gone?' }))).toMatchObject(unreachable),
    )

    await using second = await startEchoServer({}, { port })
    await eventually(() => client.call('Say', { text: 'hello' }))

    expect(second.server.port).toBe(port)
    expect(lines.map(({ msg }) => msg)).toEqual(['connected', 'connection lost', 'connected'])
  })

  test('tries to reconnect about every second however long the server is away', async () => {
    const attemptsAt: number[] = []
    await using refusing = await listenTcp((socket) => {
      attemptsAt.push(Date.now())
      socket.destroy()
    })
    await using client = await startEchoClient(refusing.address)

    await eventually(() => expect(attemptsAt.length).toBeGreaterThan(8), { timeoutMs: 12_000 })
    const gapsMs = attemptsAt.slice(1).map((at, index) => at - (attemptsAt[index] ?? 0))

    expect(Math.max(...gapsMs)).toBeLessThan(1_300)
    expect(wasNeverSent(await rejectionOf(client.call('Say', { text: 'hello' })))).toBe(true)
  }, 15_000)

  test('spreads its calls over a list of addresses and goes on when one of them dies', async () => {
    await using one = await startEchoServer({ Say: () => Promise.resolve({ text: 'one' }) })
    await using two = await startEchoServer({ Say: () => Promise.resolve({ text: 'two' }) })
    await using client = await startEchoClient(`${one.address}, ${two.address}`)
    const ask = () => client.call('Say', { text: 'who?' })

    await eventually(async () =>
      expect(new Set([(await ask()).text, (await ask()).text])).toEqual(new Set(['one', 'two'])),
    )
    await one.server.stop()
    await eventually(async () => expect([(await ask()).text, (await ask()).text]).toEqual(['two', 'two']))
  })

  test('renews its connections without losing a call', async () => {
    const say: Say = (request) => new Promise((resolve) => setTimeout(() => resolve(request), 30))
    await using pair = await openPair({ Say: say }, { maxConnectionAgeMs: 200 })
    const until = Date.now() + 1_500

    const runs = Array.from({ length: 5 }, async () => {
      let answers = 0
      for (; Date.now() < until; answers += 1) await pair.client.call('Say', { text: 'hello' })
      return answers
    })

    expect(Math.min(...(await Promise.all(runs)))).toBeGreaterThan(10)
  })
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('stopping a server', () => {
  test('lets a running call finish and takes no new ones', async () => {
    const arrived = deferred<undefined>()
    const release = deferred<undefined>()
    const say: Say = async (request) => {
      arrived.resolve(undefined)
      await release.promise
      return request
    }
    await using pair = await openPair({ Say: say }, { shutdownGraceMs: 5_000 })
    const running = pair.client.call('Say', { text: 'hello' })
    await arrived.promise

    const stopped = pair.server.stop()
    const refused = await rejectionOf(
      eventually(
        () =>
          rejectionOf(pair.client.call('Say', { text: 'late' })).then((error) =>
            Promise.reject(error as Error),
          ),
        {
          timeoutMs: 200,
        },
      ),
    )
    release.resolve(undefined)

    expect(await running).toEqual({ text: 'hello' })
    expect(refused).toMatchObject(unreachable)
    await stopped
  })

  test('does not wait longer than its grace', async () => {
    await using pair = await openPair({ Say: hangs }, { shutdownGraceMs: 100 })
    const running = rejectionOf(pair.client.call('Say', { text: 'hello' }))
    await pause(50)
    const startedAt = Date.now()

    await pair.server.stop()

    expect(Date.now() - startedAt).toBeLessThan(1_000)
    expect(await running).toMatchObject(unreachable)
  })

  test('cannot start on a port that is taken', async () => {
    await using first = await startEchoServer()

    const caught = await rejectionOf(startEchoServer({}, { port: first.server.port }))

    expect(String(caught)).toContain('EADDRINUSE')
  })
})
