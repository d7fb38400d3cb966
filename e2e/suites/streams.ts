import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import type { Health, Poll } from '../client/documents.js'
import { countsOf, createPoll, readResults, vote } from '../client/polls.js'
import type { Rest } from '../client/rest.js'
import {
  HandshakeRefused,
  openEvents,
  openSocket,
  type SocketStream,
  type Stream,
} from '../client/streams.js'
import type { RunningMesh } from '../mesh.js'
import { portsOf } from '../run-record.js'
import type { Subject } from './subject.js'

/** Live results, by WebSocket and by Server-Sent Events, at the gateway and at realtime itself. */
export const streams = (subject: Subject): void => {
  const NOBODY = 999_999_999
  const BURST = 500
  const LANES = 10
  const MOST_A_SECOND = 20

  let mesh: RunningMesh
  let rest: Rest
  let urls: Readonly<Record<string, string>>
  /** Open from the beginning, so that nobody has to wait for its ping. */
  let quiet: SocketStream
  let pinged: Promise<void>

  beforeAll(async () => {
    ;({ mesh, rest } = subject)
    const { realtime } = await portsOf(mesh.runFolder)
    urls = { gateway: mesh.url, realtime: `http://127.0.0.1:${realtime}` }
    quiet = await openSocket(mesh.url, (await createPoll(rest)).id)
    pinged = new Promise((resolve) => quiet.socket.once('ping', () => resolve()))
  })

  afterAll(async () => {
    await quiet[Symbol.asyncDispose]()
  })

  const urlOf = (name: string): string => String(urls[name])
  const openConnections = async (): Promise<number> =>
    ((await rest.get('/health')).body as Health).active_connections
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

  describe.each(['gateway', 'realtime'])('a stream at the %s', (name) => {
    test.each([
      ['WebSocket', openSocket],
      ['Server-Sent Events', openEvents],
    ])('(%s) begins with the results document as they are', async (_kind, open) => {
      const poll = await createPoll(rest)
      await vote(rest, poll.id, 1)

      await using stream = await open(urlOf(name), poll.id)
      const first = await stream.sightings.until(() => true)

      const { as_of: asOf, ...results } = await readResults(rest, poll.id)
      expect(first).toEqual({ ...results, as_of: expect.stringMatching(/Z$/) })
      expect(Date.parse(first.as_of)).toBeLessThanOrEqual(Date.parse(asOf))
    })

    test('begins at once for a poll that nobody voted on', async () => {
      const poll = await createPoll(rest)

      await using socket = await openSocket(urlOf(name), poll.id)
      const first = await socket.sightings.until(() => true)

      expect(first).toMatchObject({
        poll_id: poll.id,
        status: 'open',
        version: 0,
        total_votes: 0,
        stale: false,
      })
      expect(countsOf(first)).toEqual([0, 0, 0])
    })

    test('shows a vote that was sent by POST, at its version', async () => {
      const poll = await createPoll(rest)
      await using socket = await openSocket(urlOf(name), poll.id)
      await using events = await openEvents(urlOf(name), poll.id)
      await Promise.all([socket.sightings.until(() => true), events.sightings.until(() => true)])

      for (const choice of [0, 2, 2, 1]) {
        const { version } = await vote(rest, poll.id, choice)
        const seen = await Promise.all(
          [socket, events].map((stream) => stream.sightings.until((results) => results.version >= version)),
        )

        const counts = countsOf(await readResults(rest, poll.id))
        expect(seen.map(countsOf)).toEqual([counts, counts])
      }
      expect([socket.sightings.faults, events.sightings.faults]).toEqual([[], []])
      expect(events.ids).toEqual(events.sightings.seen.map(({ version }) => String(version)))
    })

    test('of events is one that proxies and caches leave alone', async () => {
      const poll = await createPoll(rest)

      await using events = await openEvents(urlOf(name), poll.id)

      expect(events.headers['content-type']).toMatch(/^text\/event-stream/)
      expect(events.headers['cache-control']).toMatch(/no-cache|no-store/)
      expect(events.headers['content-encoding']).toBeUndefined()
    })

    test(`coalesces ${BURST} votes to about ${MOST_A_SECOND} messages a second and never drops the last`, async () => {
      const poll = await createPoll(rest)
      let sent = 0
      await using socket = await openSocket(urlOf(name), poll.id)
      await using events = await openEvents(urlOf(name), poll.id)
      await Promise.all([socket.sightings.until(() => true), events.sightings.until(() => true)])
      const startedMs = performance.now()

      // One after the other in each lane: all at once would be counted in a few folds, and show nothing.
      let version = 0
      const lane = async (): Promise<void> => {
        while (sent < BURST) {
          const counted = await vote(rest, poll.id, (sent += 1) % 3)
          version = Math.max(version, counted.version)
        }
      }
      await Promise.all(Array.from({ length: LANES }, lane))

      for (const { sightings, arrivals } of [socket, events]) {
        const last = await sightings.until((results) => results.version >= version)
        const seconds = (performance.now() - startedMs) / 1_000
        expect([last.total_votes, countsOf(last)]).toEqual([BURST, [166, 167, 167]])
        expect(sightings.faults).toEqual([])
        // One at the beginning and one at the end; half again, because timers are not exact.
        expect(arrivals.length).toBeLessThanOrEqual(2 + Math.ceil(seconds * MOST_A_SECOND * 1.5))
        // What a busy machine has kept from us for half a second arrives with the next half.
        expect(busiestSecond(arrivals)).toBeLessThanOrEqual(MOST_A_SECOND * 2)
      }
    })

    test.each([
      ...[NOBODY, 0, '01', 'abc', '12345678901234567'].map((id) => ['WebSocket', id, openSocket] as const),
      ...[NOBODY, 0, '01', 'abc', '12345678901234567'].map(
        (id) => ['Server-Sent Events', id, openEvents] as const,
      ),
    ])('(%s) of poll %s is 404 at the handshake', async (_kind, id, open) => {
      const refusal = await open(urlOf(name), id).then(
        () => undefined,
        (error: unknown) => error,
      )

      expect(refusal).toBeInstanceOf(HandshakeRefused)
      expect(refusal).toMatchObject({
        status: 404,
        contentType: expect.stringMatching(/^application\/problem\+json/),
      })
    })

    test('need not hear anything, but may', async () => {
      const poll = await createPoll(rest)
      await using socket = await openSocket(urlOf(name), poll.id)

      for (let count = 0; count < 5; count += 1) socket.socket.send('x'.repeat(1_000))
      socket.socket.ping()
      await new Promise((resolve) => socket.socket.once('pong', resolve))
      const { version } = await vote(rest, poll.id, 0)

      await socket.sightings.until((results) => results.version >= version)
      expect(socket.socket.readyState).toBe(socket.socket.OPEN)
    })

    test('that hears more than 1 KiB at once is closed with 1009', async () => {
      const poll = await createPoll(rest)
      await using socket = await openSocket(urlOf(name), poll.id)

      socket.socket.send('x'.repeat(1_025))

      expect(await socket.closed).toBe(1009)
    })

    test('that hears more than 10 messages a second is closed with 1008', async () => {
      const poll = await createPoll(rest)
      await using socket = await openSocket(urlOf(name), poll.id)

      for (let count = 0; count < 50; count += 1) socket.socket.send('hello')

      expect(await socket.closed).toBe(1008)
    })

    test('that is closed by the client is answered with the same code', async () => {
      const poll = await createPoll(rest)
      await using socket = await openSocket(urlOf(name), poll.id)

      socket.socket.close(1000)

      expect(await socket.closed).toBe(1000)
    })
  })

  test('everybody who watches a poll sees its last state', async () => {
    const poll = await createPoll(rest)
    const streams = await Promise.all(Array.from({ length: 50 }, () => openSocket(mesh.url, poll.id)))
    await using _open = closing(streams)

    await Promise.all(Array.from({ length: 60 }, () => vote(rest, poll.id, 0)))

    const last = await Promise.all(streams.map(({ sightings }) => sightings.until(hasVotes(60))))
    expect(new Set(last.map((results) => results.version)).size).toBe(1)
    expect(streams.flatMap(({ sightings }) => sightings.faults)).toEqual([])
  })

  test('a stream shows its own poll only', async () => {
    const [one, other] = [await createPoll(rest), await createPoll(rest)]
    await using socket = await openSocket(mesh.url, one.id)

    await Promise.all([vote(rest, other.id, 0), vote(rest, other.id, 1), vote(rest, one.id, 0)])
    await socket.sightings.until(hasVotes(1))
    await pause(200)

    expect(new Set(socket.sightings.seen.map((results) => results.poll_id))).toEqual(new Set([one.id]))
  })

  test('/health counts the WebSockets that are open', async () => {
    const poll: Poll = await createPoll(rest)
    const before = await eventually(async () => {
      const count = await openConnections()
      expect(count).toBe(1) // the quiet one
      return count
    }, SLOW)

    const streams = await Promise.all([1, 2, 3].map(() => openSocket(mesh.url, poll.id)))
    await eventually(async () => expect(await openConnections()).toBe(before + 3), SLOW)
    for (const stream of streams) await stream[Symbol.asyncDispose]()

    await eventually(async () => expect(await openConnections()).toBe(before), SLOW)
  })

  test('a quiet stream is pinged and stays open', async () => {
    await pinged

    expect(quiet.socket.readyState).toBe(quiet.socket.OPEN)
  })

  test('a realtime service that stops says 1012 to its streams, and the next one goes on where it was', async () => {
    const poll = await createPoll(rest)
    await using socket = await openSocket(mesh.url, poll.id)
    const { version } = await vote(rest, poll.id, 0)
    await socket.sightings.until((results) => results.version >= version)

    process.kill(Number((await mesh.pids()).realtime), 'SIGTERM')
    const code = await socket.closed
    const later = await vote(rest, poll.id, 1)

    expect(code).toBe(1012)
    await using again = await eventually(() => openSocket(mesh.url, poll.id, socket.sightings), SLOW)
    await again.sightings.until((results) => results.version >= later.version)
    expect(again.sightings.faults).toEqual([])
  })

  const closing = (streams: readonly Stream[]): AsyncDisposable => ({
    [Symbol.asyncDispose]: async () => {
      await Promise.all(streams.map((stream) => stream[Symbol.asyncDispose]()))
    },
  })

  const SLOW = { timeoutMs: 20_000 }

  const hasVotes =
    (count: number) =>
    ({ total_votes: total }: { readonly total_votes: number }): boolean =>
      total >= count

  /** The most messages that arrived within any one second. */
  const busiestSecond = (arrivals: readonly number[]): number =>
    Math.max(...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + 1_000).length))
}
