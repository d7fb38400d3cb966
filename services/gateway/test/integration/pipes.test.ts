import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { startFakeRealtime, type FakeRealtime } from '../fake-realtime.js'
import { sendRaw } from '../wire.js'
import { openWorld, told, type World } from '../world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

const handshake = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: votes.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`

interface OpenStream {
  readonly socket: Socket
  readonly heard: () => string
}

const openStream = async (more = ''): Promise<OpenStream> => {
  const socket = connect(world.port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  socket.write(handshake('/polls/1/stream', more))
  await eventually(() => expect(text).toContain('hello'))
  return { socket, heard: () => text }
}

describe('a WebSocket', () => {
  test('is switched by realtime, and bytes pass in both directions', async () => {
    const { socket, heard } = await openStream(
      'X-Request-Id: the-stream\r\nX-Forwarded-For: 6.6.6.6\r\nOrigin: http://o\r\n',
    )
    socket.write('\x00\xff bytes', 'latin1')

    await eventually(() => expect(heard()).toContain('hello\x00\xff bytes'))
    expect(heard()).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/)
    expect(heard()).toMatch(/\r\nX-Request-Id: the-stream\r\n/)
    expect(heard()).toMatch(/\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i)
    expect(world.realtime.handshakes[0]).toMatchObject({
      url: '/polls/1/stream',
      headers: {
        host: 'votes.example',
        connection: 'Upgrade',
        upgrade: 'websocket',
        origin: 'http://o',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'x-request-id': 'the-stream',
        'x-forwarded-for': '127.0.0.1',
      },
    })
    socket.destroy()
  })

  test('that the client leaves is left at realtime', async () => {
    const { socket } = await openStream()

    socket.destroy()

    await eventually(() => expect(world.realtime.streams[0]?.destroyed).toBe(true))
  })

  test('that realtime ends is ended, after its last bytes', async () => {
    const { socket, heard } = await openStream()
    const closed = once(socket, 'close')
    socket.pause()

    world.realtime.streams[0]?.end(`${'x'.repeat(1024 * 1024)}goodbye`)
    await new Promise((resolve) => setTimeout(resolve, 100)) // the client is slow
    socket.resume()

    await closed
    expect(heard()).toMatch(/goodbye$/)
  })

  test('is refused by realtime in its own words', async () => {
    const { answers, closed } = await sendRaw(world.port, handshake('/polls/404/stream'))

    expect(answers[0]?.status).toBe(404)
    expect(answers[0]?.headers).toMatchObject({
      'content-type': 'application/problem+json',
      connection: 'close',
    })
    expect(answers[0]?.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(answers[0]?.body).toContain('POLL_NOT_FOUND')
    expect(closed).toBe(true)
  })

  test('nothing behind a refused handshake reaches realtime', async () => {
    await sendRaw(world.port, [`${handshake('/polls/404/stream')}GET /secret HTTP/1.1\r\nHost: r\r\n\r\n`])

    expect(world.realtime.handshakes.map(({ url }) => url)).toEqual(['/polls/404/stream'])
  })

  test('that realtime does not answer is UNAVAILABLE', async () => {
    const { answers } = await sendRaw(world.port, handshake('/polls/666/stream'), { silenceMs: 4_000 })

    expect(answers[0]?.status).toBe(503)
    expect(answers[0]?.headers['retry-after']).toBe('1')
  }, 10_000)

  test('is UNAVAILABLE while realtime is away', async () => {
    await world.realtime[Symbol.asyncDispose]()

    const { answers } = await sendRaw(world.port, handshake('/polls/1/stream'))

    expect(answers[0]?.status).toBe(503)
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ reason: 'UNAVAILABLE', status: 503 })
  })

  test.each<[string, string, number]>([
    ['another path', handshake('/nope'), 404],
    ['a poll that cannot be', handshake('/polls/0/stream'), 404],
    ['another protocol', handshake('/polls/1/stream').replace('Upgrade: websocket', 'Upgrade: h2c'), 426],
    ['a body', handshake('/polls/1/stream', 'Content-Length: 1\r\n'), 400],
    ['two hosts', handshake('/polls/1/stream', 'Host: other\r\n'), 400],
    ['another method', handshake('/polls/1/stream').replace('GET', 'PUT'), 405],
    ['no upgrade', 'GET /polls/1/stream HTTP/1.1\r\nHost: g\r\n\r\n', 426],
  ])('with %s is an answer of HTTP', async (_what, bytes, status) => {
    const { answers } = await sendRaw(world.port, bytes)

    expect(answers[0]?.status).toBe(status)
    expect(answers[0]?.headers['content-type']).toBe('application/problem+json')
    expect(answers[0]?.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    if (status === 426) expect(answers[0]?.headers.upgrade).toBe('websocket')
    expect(world.realtime.handshakes).toEqual([])
  })
})

describe('Server-Sent Events', () => {
  const events = (signal?: AbortSignal): Promise<Response> =>
    world.fetch('/polls/1/events', {
      headers: { 'Last-Event-ID': '16', 'X-Request-Id': 'the-events' },
      ...(signal && { signal }),
    })

  test('pass as realtime writes them', async () => {
    const response = await events()
    const reader = response.body?.getReader()

    world.realtime.events[0]?.write('id: 17\ndata: {}\n\n')
    const first = await reader?.read()

    expect(Buffer.from(first?.value ?? []).toString()).toBe('id: 17\ndata: {}\n\n')
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(response.headers.get('x-request-id')).toBe('the-events')
    expect(world.realtime.handshakes[0]?.headers).toMatchObject({
      'last-event-id': '16',
      'x-request-id': 'the-events',
      'x-forwarded-for': '127.0.0.1',
    })
    await reader?.cancel()
  })

  test('that the client leaves are left at realtime', async () => {
    const abort = new AbortController()
    await events(abort.signal)

    abort.abort()

    await eventually(() => expect(world.realtime.left).toBe(1))
  })

  test('of a poll that does not exist are 404', async () => {
    expect(await told(await world.fetch('/polls/404/events'))).toMatchObject({
      status: 404,
      type: 'application/problem+json',
      body: { reason: 'POLL_NOT_FOUND' },
    })
  })

  test('are UNAVAILABLE while realtime is away', async () => {
    await world.realtime[Symbol.asyncDispose]()

    expect(await told(await events())).toMatchObject({ status: 503, body: { reason: 'UNAVAILABLE' } })
  })

  test('asked for by HEAD are only said to exist', async () => {
    const [known, unknown] = await Promise.all(
      ['/polls/1/events', '/polls/2/events'].map((path) => world.fetch(path, { method: 'HEAD' })),
    )

    expect([known?.status, unknown?.status]).toEqual([200, 404])
    expect(known?.headers.get('content-type')).toBe('text/event-stream')
    expect(world.realtime.handshakes).toEqual([])
  })
})

describe('over several replicas', () => {
  let second: FakeRealtime
  let both: World
  beforeEach(async () => {
    second = await startFakeRealtime()
    both = await openWorld({ realtimes: [second] })
  })
  afterEach(async () => {
    await both[Symbol.asyncDispose]()
    await second[Symbol.asyncDispose]()
  })

  const open = async (): Promise<number | undefined> => {
    const { answers } = await sendRaw(both.port, handshake('/polls/1/stream'), { silenceMs: 100 })
    return answers[0]?.status
  }
  const openTimes = async (times: number): Promise<(number | undefined)[]> => {
    const statuses: (number | undefined)[] = []
    for (let time = 0; time < times; time++) statuses.push(await open())
    return statuses
  }
  const events = async (): Promise<number> => {
    const abort = new AbortController()
    const { status } = await both.fetch('/polls/1/events', { signal: abort.signal })
    abort.abort()
    return status
  }

  test('streams are balanced', async () => {
    const statuses = [...(await openTimes(4)), await events(), await events()]

    expect(statuses).toEqual([101, 101, 101, 101, 200, 200])
    expect(both.realtime.handshakes).toHaveLength(3)
    expect(second.handshakes).toHaveLength(3)
  })

  test('one that refuses connections is passed over', async () => {
    await second[Symbol.asyncDispose]()

    const statuses = [...(await openTimes(3)), await events(), await events()]

    expect(statuses).toEqual([101, 101, 101, 200, 200])
    expect(both.realtime.handshakes).toHaveLength(5)
  })

  test('one that drains is passed over, and asked again after a second', async () => {
    second.state = 'drains'
    const statuses = [...(await openTimes(3)), await events(), await events()]
    const asked = second.handshakes.length

    second.state = 'well'
    await eventually(async () => {
      await open()
      expect(second.handshakes.length).toBeGreaterThan(asked + 1)
    })

    expect(statuses).toEqual([101, 101, 101, 200, 200])
    expect(asked).toBeLessThan(3)
  })

  test('one that hangs holds up one viewer, for half of the time of a handshake', async () => {
    second.state = 'hangs'
    const startedAt = performance.now()

    const statuses = await Promise.all([events(), events()])
    const slowMs = performance.now() - startedAt
    const again = await openTimes(3)
    const fastMs = performance.now() - startedAt - slowMs

    expect([...statuses, ...again]).toEqual([200, 200, 101, 101, 101])
    expect(slowMs).toBeGreaterThan(1_300)
    expect(slowMs).toBeLessThan(2_500)
    expect(fastMs).toBeLessThan(1_000)
  })

  test('when all of them drain, the client hears it in their words', async () => {
    both.realtime.state = 'drains'
    second.state = 'drains'

    const { answers } = await sendRaw(both.port, handshake('/polls/1/stream'))

    expect(answers[0]).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    expect(answers[0]?.body).toContain('RESTARTING')
    expect(await told(await both.fetch('/polls/1/events'))).toMatchObject({
      ...{ status: 503, body: { reason: 'RESTARTING' } },
    })
  })

  test('health needs one of them', async () => {
    const statusOf = async (): Promise<unknown> => (await told(await both.fetch('/health'))).body.status

    second.state = 'hangs'
    await eventually(async () => expect(await statusOf()).toBe('ok'))
    both.realtime.state = 'hangs'

    await eventually(async () => expect(await statusOf()).toBe('degraded'), { timeoutMs: 5_000 })
  })
})
