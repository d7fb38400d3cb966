import { beforeAll, expect, test } from '@jest/globals'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Problem } from '../client/documents.js'
import { createPoll, readResults } from '../client/polls.js'
import { openRest, type Answer, type Rest } from '../client/rest.js'
import { openEvents, openSocket } from '../client/streams.js'
import type { RunningMesh } from '../mesh.js'
import type { Subject } from './subject.js'

/** The limits for a client address, of a mesh that trusts 127.0.0.1 as a proxy and has its default limits. */
export const limits = (subject: Subject): void => {
  const BURST = 100
  const REFILL_MS = 600
  /** Node looks for late ones only now and then. */
  const HEADERS_WITHIN_MS = 10_000

  let mesh: RunningMesh
  /** Under way from the beginning, so that nobody has to wait for it. */
  let dripping: ReturnType<typeof drip>

  // Each test is an address of its own, told by a proxy that the gateway trusts.
  beforeAll(() => {
    ;({ mesh } = subject)
    dripping = drip(mesh.url)
  })

  const problemOf = ({ body }: Answer): Problem => body as Problem

  /** A client whom a proxy announces under this address. */
  const openRestFrom = (address: string): Rest => {
    const rest = openRest(mesh.url)
    return {
      ...rest,
      send: (path, { headers = {}, ...options } = {}) =>
        rest.send(path, { ...options, headers: { 'x-forwarded-for': address, ...headers } }),
      get: (path, headers = {}) => rest.get(path, { 'x-forwarded-for': address, ...headers }),
      post: (path, value, headers = {}) => rest.post(path, value, { 'x-forwarded-for': address, ...headers }),
      [Symbol.dispose]: () => rest[Symbol.dispose](),
    }
  }

  /** Asks until it is refused; resolves to the answers, the refusal last. */
  const untilRefused = async (ask: () => Promise<Answer>): Promise<readonly Answer[]> => {
    const answers: Answer[] = []
    while (!answers.some(isRefusal) && answers.length < 10 * BURST)
      answers.push(...(await Promise.all(Array.from({ length: AT_ONCE }, ask))))
    return [...answers.filter((answer) => !isRefusal(answer)), ...answers.filter(isRefusal).slice(0, 1)]
  }
  const isRefusal = ({ status }: Answer): boolean => status === 429
  /** One after the other takes three times as long. */
  const AT_ONCE = 10

  test('100 requests may come at once, then one each 600 ms', async () => {
    using rest = openRestFrom('198.51.100.1')
    const startedMs = performance.now()

    const answers = await untilRefused(() => rest.get('/themes'))
    const elapsedMs = performance.now() - startedMs

    expect(new Set(answers.slice(0, -1).map(({ status }) => status))).toEqual(new Set([200]))
    expect(answers.length - 1).toBeGreaterThanOrEqual(BURST)
    expect(answers.length - 1).toBeLessThanOrEqual(BURST + Math.ceil(elapsedMs / REFILL_MS))
  })

  test('a refusal says why and when to come back, and then there is room', async () => {
    using rest = openRestFrom('198.51.100.2')
    const refusal = (await untilRefused(() => rest.get('/themes'))).at(-1) as Answer

    const waitS = Number(refusal.headers['retry-after'])
    await sleep(1_000 * waitS)
    const later = await rest.get('/themes')

    expect(problemOf(refusal)).toMatchObject({ status: 429, reason: 'RATE_LIMITED' })
    expect(refusal.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(refusal.headers['x-request-id']).toBe(problemOf(refusal).request_id)
    expect(waitS).toBeGreaterThanOrEqual(1)
    expect(waitS).toBeLessThanOrEqual(60)
    expect(later.status).toBe(200)
  })

  test('every limited answer tells the policy and what is left of it', async () => {
    using rest = openRestFrom('198.51.100.3')

    const first = await rest.get('/themes')
    const second = await rest.get('/themes')

    const remaining = ({ headers }: Answer): number =>
      Number(/^"ip";r=(\d+)(;t=\d+)?$/.exec(String(headers.ratelimit))?.[1])
    expect(first.headers['ratelimit-policy']).toBe('"ip";q=100;w=60')
    expect(remaining(first)).toBeLessThan(BURST)
    expect(remaining(second)).toBeLessThanOrEqual(remaining(first))
    expect(remaining(second)).toBeGreaterThanOrEqual(BURST - 3)
  })

  test('a refused vote is not recorded', async () => {
    using rest = openRestFrom('198.51.100.4')
    const poll = await createPoll(rest)

    const answers = await untilRefused(() => rest.post(`/polls/${poll.id}/vote`, { choice: 0 }))

    using reader = openRestFrom('198.51.100.5')
    expect(new Set(answers.slice(0, -1).map(({ status }) => status))).toEqual(new Set([200]))
    expect((await readResults(reader, poll.id)).total_votes).toBe(answers.length - 1)
  })

  test('200 requests at the same moment are no way around it', async () => {
    using rest = openRestFrom('198.51.100.6')
    const startedMs = performance.now()

    const answers = await Promise.all(Array.from({ length: 2 * BURST }, () => rest.get('/themes')))

    const refilled = Math.ceil((performance.now() - startedMs) / REFILL_MS)
    const passed = answers.filter(({ status }) => status === 200).length
    expect(passed).toBeGreaterThanOrEqual(BURST)
    expect(passed).toBeLessThanOrEqual(BURST + refilled)
  })

  test('faults count as well: guessing is not free', async () => {
    using rest = openRestFrom('198.51.100.7')

    const answers = await untilRefused(() => rest.get('/polls/abc'))

    expect(answers.length).toBeLessThanOrEqual(2 * BURST)
  })

  test('each address has a budget of its own, an IPv6 network of /64 one together', async () => {
    using one = openRestFrom('2001:db8:0:1::1')
    using neighbour = openRestFrom('2001:db8:0:1:ffff::2')
    using stranger = openRestFrom('2001:db8:0:2::1')
    await untilRefused(() => one.get('/themes'))

    const answers = [await neighbour.get('/themes'), await stranger.get('/themes')]

    expect(answers.map(({ status }) => status)).toEqual([429, 200])
  })

  test('what a client says beyond the trusted proxy changes nothing', async () => {
    using rest = openRestFrom('203.0.113.9, 198.51.100.8')
    using disguised = openRestFrom('203.0.113.10, 198.51.100.8')
    await untilRefused(() => rest.get('/themes'))

    expect((await disguised.get('/themes')).status).toBe(429)
  })

  test('health is never limited and costs nothing', async () => {
    using rest = openRestFrom('198.51.100.9')
    for (let count = 0; count < BURST; count += 1) await rest.get('/health')

    const before = await rest.get('/themes')
    await untilRefused(() => rest.get('/themes'))
    const after = await rest.get('/health')

    expect([before.status, after.status]).toEqual([200, 200])
    expect(after.headers['retry-after']).toBeUndefined()
  })

  test('the page is not limited', async () => {
    using rest = openRestFrom('198.51.100.11')
    await untilRefused(() => rest.get('/themes'))

    const page = await rest.get('/')

    expect([page.status, page.headers['retry-after']]).toEqual([200, undefined])
  })

  test('stream handshakes have a budget of their own', async () => {
    using rest = openRestFrom('198.51.100.10')
    const poll = await createPoll(rest)
    await untilRefused(() => rest.get('/themes'))
    const headers = { 'x-forwarded-for': '198.51.100.10' }

    await using socket = await openSocket(mesh.url, poll.id, undefined, { headers })
    await using events = await openEvents(mesh.url, poll.id, undefined, headers)

    expect(await socket.sightings.until(() => true)).toMatchObject({ poll_id: poll.id })
    expect(await events.sightings.until(() => true)).toMatchObject({ poll_id: poll.id })
  })

  test('who takes longer than 10 s for the headers is cut off', async () => {
    const { text, tookMs } = await dripping

    expect(tookMs).toBeGreaterThan(5_000)
    expect(tookMs).toBeLessThan(3 * HEADERS_WITHIN_MS)
    expect(text === '' || text.startsWith('HTTP/1.1 408')).toBe(true)
  })

  /** Sends headers that never end, byte by byte; resolves to what was answered and when the connection was over. */
  const drip = (url: string): Promise<{ text: string; tookMs: number }> =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(url)
      const startedMs = performance.now()
      let text = ''
      const socket = connect(Number(port), hostname, () =>
        socket.write('GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: '),
      )
      const dripping = setInterval(() => socket.write('x'), 500)
      socket.setEncoding('utf8').on('data', (part: string) => (text += part))
      socket
        .on('error', () => undefined)
        .once('close', () => {
          clearInterval(dripping)
          resolve({ text, tookMs: performance.now() - startedMs })
        })
    })
}
