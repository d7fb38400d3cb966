import { describe, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import type { ResultsDocument } from '../../src/domain/results.js'
import { aState } from '../fakes.js'
import { openMesh, type Mesh } from '../mesh.js'
import { ask } from '../stream-client.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

interface EventsClient extends AsyncDisposable {
  readonly response: IncomingMessage
  /** Everything that came. */
  readonly text: () => string
  readonly events: () => { readonly id: number; readonly document: ResultsDocument }[]
  readonly ended: Promise<void>
}

/** Opens a stream of events, and waits for its head. */
const listen = (mesh: Mesh, path: string, headers: OutgoingHttpHeaders = {}): Promise<EventsClient> =>
  new Promise((resolve, reject) => {
    const asking = request(`${mesh.url}${path}`, { headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      const ended = new Promise<void>((over) => response.on('close', over))
      response.on('error', () => undefined)
      resolve({
        response,
        text: () => text,
        events: () =>
          [...text.matchAll(/^id: (\d+)\ndata: (.*)\n\n/gm)].map(([, id, data]) => ({
            id: Number(id),
            document: JSON.parse(data ?? '') as ResultsDocument,
          })),
        ended,
        [Symbol.asyncDispose]: async () => {
          asking.destroy()
          await ended
        },
      })
    })
    asking.on('error', reject)
    asking.end()
  })

/** Ten times the largest poll, so that what a slow reader has to read soon fills the system's own buffers too. */
const longOptions = Array.from({ length: 200 }, () => '\u0001'.repeat(120))

const openMeshWithPoll = async (settings = {}): Promise<Mesh> => {
  const mesh = await openMesh(settings)
  mesh.addPoll(1)
  return mesh
}

describe('events', () => {
  test('show the truth first and then every change, with the version as their id', async () => {
    await using mesh = await openMeshWithPoll()
    mesh.settle(aState(1, 17, { counts: [9, 8] }))

    await using client = await listen(mesh, '/polls/1/events', { 'X-Request-Id': 'abc' })
    await eventually(() => expect(client.events()).toHaveLength(1))
    mesh.change(aState(1, 18, { counts: [9, 9] }))
    await eventually(() => expect(client.events()).toHaveLength(2))

    expect(client.response.statusCode).toBe(200)
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-request-id': 'abc',
    })
    expect(client.text()).toMatch(/^retry: 2000\n\nid: 17\ndata: \{/)
    expect(client.events().map(({ id }) => id)).toEqual([17, 18])
    expect(client.events()[1]?.document).toMatchObject({ version: 18, total_votes: 18, stale: false })
  })

  test('count as open streams, but are no WebSockets', async () => {
    await using mesh = await openMeshWithPoll()

    await using client = await listen(mesh, '/polls/1/events')
    await eventually(() => expect(client.events()).toHaveLength(1))

    expect(await mesh.metric('votestream_realtime_connections')).toBe(1)
    expect(mesh.bus.totalConnections()).toBe(0)
    await client[Symbol.asyncDispose]()
    await eventually(async () => expect(await mesh.metric('votestream_realtime_connections')).toBe(0))
  })

  test('go on after a reconnection from what is true, and never before what was seen', async () => {
    await using mesh = await openMeshWithPoll()
    mesh.settle(aState(1, 17))
    await using first = await listen(mesh, '/polls/1/events')
    await eventually(() => expect(first.events()).toHaveLength(1))

    mesh.settle(aState(1, 18)) // another replica has shown it already
    await using second = await listen(mesh, '/polls/1/events', { 'Last-Event-ID': '18' })
    await using third = await listen(mesh, '/polls/1/events', { 'Last-Event-ID': 'nonsense' })

    await eventually(() => expect(second.events()[0]?.id).toBe(18))
    await eventually(() => expect(third.events()[0]?.id).toBe(18))
  })

  test('are kept alive by comments', async () => {
    await using mesh = await openMeshWithPoll({ heartbeatMs: 100 })

    await using client = await listen(mesh, '/polls/1/events')

    await eventually(() => expect(client.text()).toMatch(/(: still here\n\n.*){3}/s))
  })

  test('end with a time to come back when the replica restarts', async () => {
    await using mesh = await openMeshWithPoll()
    await using client = await listen(mesh, '/polls/1/events')
    await eventually(() => expect(client.events()).toHaveLength(1))

    await mesh.realtime.stop()
    await client.ended

    const [, retryMs] = /retry: (\d+)\n\n$/.exec(client.text()) ?? []
    expect(Number(retryMs)).toBeLessThanOrEqual(5_000)
  })

  test('leave a slow reader out, and then show it the newest', async () => {
    await using mesh = await openMeshWithPoll()
    mesh.addPoll(2, longOptions)
    await using client = await listen(mesh, '/polls/2/events')
    client.response.pause()
    let version = 0
    while ((await mesh.metric('votestream_realtime_skipped_total')) === 0) {
      mesh.change(aState(2, (version += 1)))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }

    client.response.resume()

    await eventually(() => expect(client.events().at(-1)?.id).toBe(version))
  })

  test('are cut off for a reader that never reads', async () => {
    await using mesh = await openMeshWithPoll({ blockedMs: 300 })
    mesh.addPoll(2, longOptions)
    await using client = await listen(mesh, '/polls/2/events')
    client.response.pause()

    for (let version = 1; (await mesh.metric('votestream_realtime_dismissed_total')) === 0; version += 1) {
      mesh.change(aState(2, version))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }

    await eventually(async () => expect(await mesh.metric('votestream_realtime_connections')).toBe(0), {
      timeoutMs: 8_000,
    })
  })

  test('answer a HEAD with their head', async () => {
    await using mesh = await openMeshWithPoll()

    const found = await ask(mesh.url, '/polls/1/events', { method: 'HEAD' })
    const missing = await ask(mesh.url, '/polls/2/events', { method: 'HEAD' })

    expect([found.status, found.body, found.headers['content-type']]).toEqual([200, '', 'text/event-stream'])
    expect([missing.status, missing.body]).toEqual([404, ''])
    await eventually(async () => expect(await mesh.metric('votestream_realtime_connections')).toBe(0))
  })

  test('are refused as problems', async () => {
    await using mesh = await openMeshWithPoll()

    const unknown = await ask(mesh.url, '/polls/2/events')
    const posted = await ask(mesh.url, '/polls/1/events', { method: 'POST' })

    expect(JSON.parse(unknown.body)).toMatchObject({ status: 404, reason: 'POLL_NOT_FOUND' })
    expect(JSON.parse(posted.body)).toMatchObject({ status: 405, reason: 'METHOD_NOT_ALLOWED' })
  })

  test('may be read by pages of all sites, or of the allowed ones only', async () => {
    await using open = await openMeshWithPoll()
    await using closed = await openMeshWithPoll({ allowedOrigins: ['https://vote.example'] })
    const asPage = { method: 'HEAD', headers: { Origin: 'https://vote.example' } }

    const [fromAny, fromAllowed] = [
      await ask(open.url, '/polls/1/events', asPage),
      await ask(closed.url, '/polls/1/events', asPage),
    ]

    expect(fromAny.headers['access-control-allow-origin']).toBe('*')
    expect(fromAllowed.headers).toMatchObject({
      'access-control-allow-origin': 'https://vote.example',
      vary: 'Origin',
    })
  })
})
