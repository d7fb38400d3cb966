import { describe, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { aState } from '../fakes.js'
import { openMesh, type Mesh } from '../mesh.js'
import { ask, handshake, watch, type Answer } from '../stream-client.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

const POLL = 1
const handshakeHead = Object.entries(handshake)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')

const openMeshWithPoll = async (settings = {}): Promise<Mesh> => {
  const mesh = await openMesh(settings)
  mesh.addPoll(POLL)
  return mesh
}

/** Every refusal is a whole problem document. */
const expectProblem = (answer: Answer, status: number, reason: string): void => {
  const requestId = answer.headers['x-request-id']
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(requestId).toMatch(/^[A-Za-z0-9._-]{1,64}$/)
  expect(JSON.parse(answer.body)).toEqual({
    type: 'about:blank',
    title: expect.stringMatching(/\w/),
    status,
    detail: expect.stringMatching(/\w/),
    reason,
    request_id: requestId,
  })
  expect(answer.status).toBe(status)
}

describe('a handshake is refused', () => {
  test('with 404 for a poll that does not exist, and succeeds once it does', async () => {
    await using mesh = await openMeshWithPoll()

    expectProblem(await ask(mesh.url, '/polls/2/stream', { headers: handshake }), 404, 'POLL_NOT_FOUND')
    mesh.addPoll(2)

    await using client = await watch(mesh.url, '/polls/2/stream')
    await client.sees(0)
  })

  test.each(['/polls/0/stream', '/polls/x/stream', '/polls/9999999999999999/stream'])(
    'with 404 for the id in %s, and nobody is asked',
    async (path) => {
      await using mesh = await openMeshWithPoll()

      expectProblem(await ask(mesh.url, path, { headers: handshake }), 404, 'POLL_NOT_FOUND')
      expect(mesh.polls.requestIds).toEqual([])
    },
  )

  test('with 404 at any other path, with the request id of who asked', async () => {
    await using mesh = await openMeshWithPoll()

    const answer = await ask(mesh.url, '/polls/1', { headers: { ...handshake, 'X-Request-Id': 'abc' } })

    expectProblem(answer, 404, 'NOT_FOUND')
    expect(answer.headers['x-request-id']).toBe('abc')
  })

  test('with 405 for another method, with and without Upgrade', async () => {
    await using mesh = await openMeshWithPoll()

    for (const headers of [handshake, {}]) {
      const answer = await ask(mesh.url, '/polls/1/stream', { method: 'POST', headers })
      expectProblem(answer, 405, 'METHOD_NOT_ALLOWED')
      expect(answer.headers.allow).toBe('GET, HEAD')
    }
  })

  test('with 426 when it is none, or speaks another protocol or version', async () => {
    await using mesh = await openMeshWithPoll()
    const others = [
      {},
      { ...handshake, Upgrade: 'h2c' },
      { ...handshake, 'Sec-WebSocket-Version': '12' },
      { ...handshake, 'Sec-WebSocket-Version': '8' },
    ]

    for (const headers of others) {
      const answer = await ask(mesh.url, '/polls/1/stream', { headers })
      expectProblem(answer, 426, 'UPGRADE_REQUIRED')
      expect(answer.headers).toMatchObject({ upgrade: 'websocket', 'sec-websocket-version': '13' })
      expect(answer.headers.connection).toContain('Upgrade')
    }
  })

  test.each([
    ['no key', { 'Sec-WebSocket-Key': [] }],
    ['a key of the wrong length', { 'Sec-WebSocket-Key': 'c2hvcnQ=' }],
    ['malformed subprotocols', { 'Sec-WebSocket-Protocol': 'a,,b' }],
  ])('with 400 for %s', async (_what, headers) => {
    await using mesh = await openMeshWithPoll()

    const answer = await ask(mesh.url, '/polls/1/stream', { headers: { ...handshake, ...headers } })

    expectProblem(answer, 400, 'BAD_HANDSHAKE')
    await eventually(async () => expect(await mesh.metric('votestream_realtime_connections')).toBe(0))
  })

  test('with 400 where there are events', async () => {
    await using mesh = await openMeshWithPoll()

    expectProblem(await ask(mesh.url, '/polls/1/events', { headers: handshake }), 400, 'BAD_HANDSHAKE')
  })

  test('with 403 for pages of other sites than the allowed ones', async () => {
    await using mesh = await openMeshWithPoll({ allowedOrigins: ['https://vote.example'] })
    const from = (origin: string) => ({ headers: { ...handshake, Origin: origin } })

    expectProblem(
      await ask(mesh.url, '/polls/1/stream', from('https://evil.example')),
      403,
      'ORIGIN_NOT_ALLOWED',
    )
    expectProblem(await ask(mesh.url, '/polls/1/stream', from('null')), 403, 'ORIGIN_NOT_ALLOWED')
    expectProblem(
      await ask(mesh.url, '/polls/1/events', { headers: { Origin: 'https://evil.example' } }),
      403,
      'ORIGIN_NOT_ALLOWED',
    )

    await using allowed = await watch(mesh.url, '/polls/1/stream', { origin: 'https://vote.example' })
    await using noBrowser = await watch(mesh.url, '/polls/1/stream')
    await Promise.all([allowed.sees(0), noBrowser.sees(0)])
  })

  test('with 503 beyond the limit of all streams, until one leaves', async () => {
    await using mesh = await openMeshWithPoll({ maxConnections: 2 })
    await using one = await watch(mesh.url, '/polls/1/stream')
    await using two = await watch(mesh.url, '/polls/1/stream')

    for (const kind of ['stream', 'events']) {
      const answer = await ask(mesh.url, `/polls/1/${kind}`, { headers: kind === 'stream' ? handshake : {} })
      expectProblem(answer, 503, 'OVERLOADED')
      expect(answer.headers['retry-after']).toBe('5')
    }
    one.ws.close()
    await one.closed

    await using three = await watch(mesh.url, '/polls/1/stream')
    await Promise.all([two.sees(0), three.sees(0)])
  })

  test('with 503 beyond the limit of one client, as the proxy names it', async () => {
    await using mesh = await openMeshWithPoll({ maxConnectionsPerAddress: 1 })
    const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } })
    await using one = await watch(mesh.url, '/polls/1/stream', from('203.0.113.1'))
    await using other = await watch(mesh.url, '/polls/1/stream', from('203.0.113.2'))

    const again = { headers: { ...handshake, 'X-Forwarded-For': '6.6.6.6, 203.0.113.1' } }
    const answer = await ask(mesh.url, '/polls/1/stream', again)

    expectProblem(answer, 503, 'TOO_MANY_STREAMS')
    expect(answer.headers['retry-after']).toBe('5')
    await Promise.all([one.sees(0), other.sees(0)])
  })

  test('with 503 while polls is away and the poll is not known, and not when it is', async () => {
    await using mesh = await openMeshWithPoll()
    mesh.addPoll(2)
    await using before = await watch(mesh.url, '/polls/1/stream')
    await mesh.polls.stop()

    const answer = await ask(mesh.url, '/polls/2/stream', { headers: handshake })
    await using after = await watch(mesh.url, '/polls/1/stream')

    expectProblem(answer, 503, 'UNAVAILABLE')
    expect(answer.headers['retry-after']).toBe('1')
    await Promise.all([before.sees(0), after.sees(0)])
  })

  test('with 503 while votes is away and nothing is known, and not when something is', async () => {
    await using mesh = await openMeshWithPoll()
    mesh.addPoll(2)
    mesh.settle(aState(POLL, 3))
    await using before = await watch(mesh.url, '/polls/1/stream')
    await mesh.votes.stop()

    const answer = await ask(mesh.url, '/polls/2/stream', { headers: handshake })
    await using after = await watch(mesh.url, '/polls/1/stream')

    expectProblem(answer, 503, 'UNAVAILABLE')
    await Promise.all([before.sees(3), after.sees(3)])
  })
})

test('what is no HTTP is told so and closed', async () => {
  await using mesh = await openMeshWithPoll()
  const socket = connect(mesh.realtime.ports().http, '127.0.0.1')

  socket.write('GARBAGE\r\n\r\n')

  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*"reason":"BAD_REQUEST"/)
})

test('headers beyond 16 KiB are told so and closed', async () => {
  await using mesh = await openMeshWithPoll()
  const socket = connect(mesh.realtime.ports().http, '127.0.0.1')

  socket.write(`GET /polls/1/stream HTTP/1.1\r\nHost: x\r\nCookie: ${'x'.repeat(17_000)}\r\n\r\n`)

  expect(await text(socket)).toMatch(/^HTTP\/1\.1 431 [^]*"reason":"HEADERS_TOO_LARGE"/)
})

test('who is refused leaves nothing behind', async () => {
  await using mesh = await openMeshWithPoll({ maxConnections: 1 })

  for (let attempt = 0; attempt < 3; attempt += 1)
    expectProblem(await ask(mesh.url, '/polls/2/stream', { headers: handshake }), 404, 'POLL_NOT_FOUND')

  await using client = await watch(mesh.url, '/polls/1/stream')
  await client.sees(0)
})

test('who is refused is hung up on, also when it does not hang up itself', async () => {
  await using mesh = await openMeshWithPoll()
  const socket = connect({ port: mesh.realtime.ports().http, host: '127.0.0.1', allowHalfOpen: true })
  socket.write(`GET /polls/2/stream HTTP/1.1\r\nHost: x\r\n${handshakeHead}\r\n`)
  let answer = ''
  socket.on('data', (bytes: Buffer) => (answer += bytes.toString()))
  await once(socket, 'end')

  const hungUp = once(socket, 'error')
  const talking = setInterval(() => socket.write('still here'), 20)
  const [error] = (await hungUp) as [NodeJS.ErrnoException]
  clearInterval(talking)

  expect(answer).toContain('POLL_NOT_FOUND')
  expect(['EPIPE', 'ECONNRESET']).toContain(error.code)
})

test('who leaves while its poll is read leaves nothing behind', async () => {
  await using mesh = await openMeshWithPoll({ maxConnections: 1 })
  const first = await watch(mesh.url, '/polls/1/stream')
  await first.sees(0)
  await first[Symbol.asyncDispose]()
  await eventually(async () => expect(await mesh.metric('votestream_realtime_connections')).toBe(0))
  mesh.votes.silent = true

  const readsBefore = mesh.votes.reads.length
  const socket = connect(mesh.realtime.ports().http, '127.0.0.1')
  socket.write(`GET /polls/1/stream HTTP/1.1\r\nHost: x\r\n${handshakeHead}\r\n`)
  await eventually(() => expect(mesh.votes.reads.length).toBeGreaterThan(readsBefore))
  socket.resetAndDestroy()

  await eventually(async () => {
    await using client = await watch(mesh.url, '/polls/1/stream')
    await client.sees(0)
  })
})

test('who leaves during the handshake leaves nothing behind', async () => {
  await using mesh = await openMeshWithPoll({ maxConnections: 1 })

  for (let attempt = 0; attempt < 5; attempt += 1) {
    const socket = connect(mesh.realtime.ports().http, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(`GET /polls/1/stream HTTP/1.1\r\nHost: x\r\n${handshakeHead}\r\n`)
    socket.resetAndDestroy()
  }

  await eventually(async () => {
    await using client = await watch(mesh.url, '/polls/1/stream')
    await client.sees(0)
  })
})
