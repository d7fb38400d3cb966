import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect } from 'node:net'
import { aVoteOf, sendRaw, type WireAnswer } from '../wire.js'
import { openWorld, type World } from '../world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
})
beforeEach(() => {
  world.votes.calls = 0
})

const HEAD = 'POST /polls/1/vote HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n'
const VOTE = '{"choice":0}'
const GOOD_VOTE = `${HEAD}Content-Length: ${VOTE.length}\r\n\r\n${VOTE}`

const chunked = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n`

const expectProblem = (answer: WireAnswer | undefined, status: number): void => {
  expect(answer?.status).toBe(status)
  expect(answer?.headers['content-type']).toBe('application/problem+json')
  const body = JSON.parse(answer?.body ?? '') as Record<string, unknown>
  expect(body).toMatchObject({ status, title: expect.any(String), reason: expect.any(String) })
  expect(answer?.headers['x-request-id']).toBe(body.request_id)
  expect(answer?.headers['x-content-type-options']).toBe('nosniff')
}

describe('what two readers could understand differently is refused, and the connection is closed', () => {
  test.each<[string, string]>([
    ['a length and chunks', `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['chunks and a length', `${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${HEAD}Content-Length: 12\r\nContent-Length: 13\r\n\r\n${VOTE}`],
    ['the same length twice', `${HEAD}Content-Length: 12\r\nContent-Length: 12\r\n\r\n${VOTE}`],
    ['a list of lengths', `${HEAD}Content-Length: 12, 12\r\n\r\n${VOTE}`],
    ['a length with a sign', `${HEAD}Content-Length: +12\r\n\r\n${VOTE}`],
    ['a folded header', `${HEAD}X-A: b\r\n c\r\nContent-Length: 12\r\n\r\n${VOTE}`],
    ['a space before the colon', `${HEAD}Content-Length : 12\r\n\r\n${VOTE}`],
    ['a chunk with a bad size', `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n${VOTE}\r\n0\r\n\r\n`],
    [
      'a chunk that is longer than it says',
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n${VOTE}\r\n0\r\n\r\n`,
    ],
    ['an unknown transfer coding', `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['chunked twice', `${HEAD}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['bare line feeds', 'GET /polls HTTP/1.1\nHost: gateway\n\n'],
    ['a NUL in the path', 'GET /po\0lls HTTP/1.1\r\nHost: gateway\r\n\r\n'],
    ['a space in the path', 'GET /po lls HTTP/1.1\r\nHost: gateway\r\n\r\n'],
    ['a method that does not exist', 'BREW /polls HTTP/1.1\r\nHost: gateway\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x00\xa5\x01'],
  ])('%s', async (_what, bytes) => {
    const { answers, closed } = await sendRaw(world.port, bytes)

    expect(answers).toHaveLength(1)
    expectProblem(answers[0], 400)
    expect(answers[0]?.headers.connection).toBe('close')
    expect(closed).toBe(true)
    expect(world.votes.calls).toBe(0)
  })

  test.each<[string, string]>([
    ['two hosts', `${HEAD}Host: other\r\nContent-Length: 12\r\n\r\n${VOTE}`],
    ['no host', `POST /polls/1/vote HTTP/1.1\r\nContent-Length: 12\r\n\r\n${VOTE}`],
    [
      'a second host behind two thousand headers',
      `${HEAD}${'a:b\r\n'.repeat(2_100)}Host: other\r\nContent-Length: 12\r\n\r\n${VOTE}`,
    ],
    ['a coding before chunked', `${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n${chunked(VOTE)}0\r\n\r\n`],
  ])('%s', async (_what, bytes) => {
    const { answers } = await sendRaw(world.port, bytes)

    expect(answers).toHaveLength(1)
    expectProblem(answers[0], 400)
    expect(world.votes.calls).toBe(0)
  })

  test('a fault behind a vote is not answered as if it were the vote', async () => {
    const { answers, closed } = await sendRaw(world.port, `${GOOD_VOTE}GARBAGE\r\n\r\n`)

    expect(answers.map(({ status }) => status)).toEqual([200])
    expect(closed).toBe(true)
  })
})

describe('headers', () => {
  test('16 KiB are the limit: 431', async () => {
    const { answers, closed } = await sendRaw(
      world.port,
      `GET /polls HTTP/1.1\r\nHost: gateway\r\nX-Large: ${'a'.repeat(17_000)}\r\n\r\n`,
    )

    expectProblem(answers[0], 431)
    expect(closed).toBe(true)
  })

  test('just below it they are fine', async () => {
    const { answers } = await sendRaw(
      world.port,
      `GET /polls HTTP/1.1\r\nHost: gateway\r\nX-Large: ${'a'.repeat(15_500)}\r\n\r\n`,
    )

    expect(answers[0]?.status).toBe(200)
  })

  test('10 s to send them: 408', async () => {
    const { answers, closed } = await sendRaw(world.port, 'GET /polls HTTP/1.1\r\nHost: gate', {
      silenceMs: 13_000,
    })

    expectProblem(answers[0], 408)
    expect(closed).toBe(true)
  }, 20_000)
})

describe('bodies', () => {
  test('4 KiB for a vote are fine, and the connection goes on', async () => {
    const { answers } = await sendRaw(world.port, [aVoteOf(4 * 1024), GOOD_VOTE])

    expect(answers.map(({ status }) => status)).toEqual([200, 200])
  })

  test('a vote of one byte more is 413, and the connection goes on', async () => {
    const { answers, closed } = await sendRaw(world.port, [aVoteOf(4 * 1024 + 1), GOOD_VOTE])

    expectProblem(answers[0], 413)
    expect(answers[1]?.status).toBe(200)
    expect(closed).toBe(false)
  })

  test('the same in chunks, without a length', async () => {
    const { answers } = await sendRaw(world.port, [
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
      chunked('{"choice":0'),
      chunked(' '.repeat(5_000)),
      chunked('}'),
      '0\r\n\r\n',
      GOOD_VOTE,
    ])

    expectProblem(answers[0], 413)
    expect(answers[1]?.status).toBe(200)
  })

  test('a vote in small chunks counts', async () => {
    const { answers } = await sendRaw(world.port, [
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
      ...VOTE.split('').map(chunked),
      '0\r\n\r\n',
    ])

    expect(answers.map(({ status }) => status)).toEqual([200])
  })

  test('what announces more than anybody reads is answered at once, and closed', async () => {
    const { answers, closed } = await sendRaw(world.port, [
      `${HEAD}Content-Length: 1000000000\r\n\r\n`,
      'x'.repeat(100_000),
    ])

    expectProblem(answers[0], 413)
    expect(answers[0]?.headers.connection).toBe('close')
    expect(closed).toBe(true)
  })

  test('chunks without end are cut off, and the client still reads why', async () => {
    const { answers, closed } = await sendRaw(world.port, [
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
      ...new Array<string>(30).fill(chunked('x'.repeat(64 * 1024))),
    ])

    expectProblem(answers[0], 413)
    expect(closed).toBe(true)
  })

  test('a client that goes on sending, and reads only then, still reads why', async () => {
    const socket = connect(world.port, '127.0.0.1')
    const failure = once(socket, 'error').then(([error]: unknown[]) => error)
    socket.write(`${HEAD}Content-Length: 100000000\r\n\r\n`)
    for (let sent = 0; sent < 20; sent++) {
      socket.write('x'.repeat(64 * 1024))
      await new Promise((resolve) => setTimeout(resolve, 10))
    }

    const [first] = (await Promise.race([
      once(socket, 'data'),
      failure.then((error) => [error]),
    ])) as unknown[]
    socket.destroy()

    expect(String(first)).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('a client that asks before it sends is told before it sends', async () => {
    const { answers, text } = await sendRaw(
      world.port,
      `${HEAD}Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n`,
    )

    expect(text).not.toContain('100 Continue')
    expectProblem(answers[0], 413)
  })

  test('and is asked to go on when all is well', async () => {
    const { answers, text } = await sendRaw(world.port, [
      `${HEAD}Expect: 100-continue\r\nContent-Length: ${VOTE.length}\r\n\r\n`,
      VOTE,
    ])

    expect(text).toContain('HTTP/1.1 100 Continue')
    expect(answers[0]?.status).toBe(200)
  })

  test('an expectation that nobody knows is 417', async () => {
    const { answers } = await sendRaw(
      world.port,
      `${HEAD}Expect: coffee\r\nContent-Length: 12\r\n\r\n${VOTE}`,
    )

    expectProblem(answers[0], 417)
  })

  test('the body of a GET does not become the next request', async () => {
    const { answers } = await sendRaw(
      world.port,
      `GET /themes HTTP/1.1\r\nHost: gateway\r\nContent-Length: ${GOOD_VOTE.length}\r\n\r\n${GOOD_VOTE}GET /stats HTTP/1.1\r\nHost: gateway\r\n\r\n`,
    )

    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(world.votes.calls).toBe(0)
  })
})

describe('targets', () => {
  test('the absolute form is taken', async () => {
    const { answers } = await sendRaw(
      world.port,
      'GET http://gateway/themes?x=1 HTTP/1.1\r\nHost: gateway\r\n\r\n',
    )

    expect(answers[0]?.status).toBe(200)
  })

  test.each([
    'OPTIONS * HTTP/1.1',
    'GET //polls HTTP/1.1',
    'GET /%70olls HTTP/1.1',
    'GET /polls/ HTTP/1.1',
    'GET /POLLS HTTP/1.1',
    'GET /polls/1/../1 HTTP/1.1',
    'GET /%zz HTTP/1.1',
  ])('%s is no path of ours', async (line) => {
    const { answers } = await sendRaw(world.port, `${line}\r\nHost: gateway\r\n\r\n`)

    expectProblem(answers[0], 404)
  })

  test.each([
    '/polls/%31',
    '/polls/%zz',
    '/polls/1%00',
    '/polls/0',
    '/polls/abc',
    '/polls/99999999999999999',
  ])('%s is a poll that does not exist', async (path) => {
    const { answers } = await sendRaw(world.port, `GET ${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`)

    expectProblem(answers[0], 404)
    expect(answers[0]?.body).toContain('POLL_NOT_FOUND')
  })

  test('CONNECT leads nowhere', async () => {
    const { answers } = await sendRaw(
      world.port,
      'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n',
    )

    expectProblem(answers[0], 405)
  })

  test('HTTP/1.0 needs no host', async () => {
    const { answers } = await sendRaw(world.port, 'GET /themes HTTP/1.0\r\n\r\n')

    expect(answers[0]?.status).toBe(200)
  })
})

describe('an offer of another protocol is ignored', () => {
  const OFFER = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'

  test('a read is answered, and the connection goes on', async () => {
    const [request, end] = ['GET /polls/1 HTTP/1.1\r\nHost: gateway\r\n', '\r\n']

    const { answers } = await sendRaw(world.port, request + OFFER + end + request + end)

    expect(answers.map(({ status }) => status)).toEqual([200, 200])
  })

  test('a vote is counted with its body', async () => {
    const { answers } = await sendRaw(
      world.port,
      `${HEAD}${OFFER}Content-Length: ${VOTE.length}\r\n\r\n${VOTE}`,
    )

    expect(answers.map(({ status }) => status)).toEqual([200])
    expect(world.votes.calls).toBe(1)
  })

  test('two lengths stay refused', async () => {
    const { answers } = await sendRaw(
      world.port,
      `${HEAD}${OFFER}Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    )

    expect(answers.map(({ status }) => status)).toEqual([400])
  })
})

test('an answer does not wait for a body that does not come', async () => {
  const { answers, closed } = await sendRaw(world.port, `${HEAD}Content-Length: 5000\r\n\r\n`)

  expectProblem(answers[0], 413)
  expect(answers[0]?.headers.connection).toBe('close')
  expect(closed).toBe(true)
})

test('a target that cannot be parsed is a problem, not a page of the framework', async () => {
  const { answers } = await sendRaw(
    world.port,
    'GET http://[::1/ HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n',
  )

  expectProblem(answers[0], 404)
})
