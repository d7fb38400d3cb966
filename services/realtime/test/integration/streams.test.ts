import { describe, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { aState } from '../fakes.js'
import { openMesh } from '../mesh.js'
import { watch } from '../stream-client.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

describe('a stream', () => {
  test('shows the truth first and then every change, as API.md has it', async () => {
    await using mesh = await openMesh()
    mesh.addPoll(1, ['Python', 'Go', 'Ünïcödé "quoted"'])
    mesh.settle(
      aState(1, 2 ** 40 + 17, { counts: [9, 8], asOfUs: Date.UTC(2026, 10, 23, 10, 0, 0, 123) * 1_000 }),
    )

    await using client = await watch(mesh.url, '/polls/1/stream')
    await client.sees(2 ** 40 + 17)
    mesh.change(aState(1, 2 ** 40 + 18, { counts: [9, 8, 1], status: 'closed' }))

    expect(await client.sees(2 ** 40 + 18)).toMatchObject({ status: 'closed', total_votes: 18, stale: false })
    expect(client.documents[0]).toEqual({
      poll_id: 1,
      status: 'open',
      version: 2 ** 40 + 17,
      total_votes: 17,
      options: [
        { index: 0, text: 'Python', votes: 9 },
        { index: 1, text: 'Go', votes: 8 },
        { index: 2, text: 'Ünïcödé "quoted"', votes: 0 },
      ],
      as_of: '2026-11-23T10:00:00.123Z',
      stale: false,
      final: false,
    })
    expect(client.documents).toHaveLength(2)
  })

  test('of a poll that nobody voted on begins with zeros', async () => {
    await using mesh = await openMesh()
    mesh.addPoll(1)

    await using client = await watch(mesh.url, '/polls/1/stream')

    expect(await client.sees(0)).toMatchObject({ total_votes: 0, options: [{ votes: 0 }, { votes: 0 }] })
  })

  test('shows each viewer its own poll, and all viewers of one poll the same', async () => {
    await using mesh = await openMesh()
    mesh.addPoll(1)
    mesh.addPoll(2)
    await using one = await watch(mesh.url, '/polls/1/stream')
    await using two = await watch(mesh.url, '/polls/2/stream')
    await using alsoOne = await watch(mesh.url, '/polls/1/stream')

    mesh.change(aState(1, 5))
    mesh.change(aState(2, 9))
    await Promise.all([one.sees(5), alsoOne.sees(5), two.sees(9)])

    expect(one.documents.at(-1)).toEqual(alsoOne.documents.at(-1))
    expect(one.versions()).toEqual([0, 5])
    expect(two.versions()).toEqual([0, 9])
  })

  test('never goes back, whatever order changes come in', async () => {
    await using mesh = await openMesh()
    mesh.addPoll(1)
    await using client = await watch(mesh.url, '/polls/1/stream')

    for (const version of [3, 1, 5, 4, 5, 2, 6]) {
      mesh.bus.publishResults([aState(1, version)])
      await mesh.bus.flush()
    }
    await client.sees(6)

    expect(client.versions()).toEqual([...new Set(client.versions())].sort((a, b) => a - b))
  })

  test('is sent at most about 20 messages a second, and always the last', async () => {
    await using mesh = await openMesh()
    mesh.addPoll(1)
    await using client = await watch(mesh.url, '/polls/1/stream')

    const begunAtMs = performance.now()
    for (let version = 1; version <= 400; version += 1) {
      mesh.change(aState(1, version))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await client.sees(400)

    expect(client.documents.length).toBeLessThanOrEqual(3 + (performance.now() - begunAtMs) / 50)
    expect(client.documents.length).toBeGreaterThan(5)
  })

  test('carries the request id of its handshake on, and back', async () => {
    await using mesh = await openMesh()
    mesh.addPoll(1)

    await using named = await watch(mesh.url, '/polls/1/stream', { headers: { 'X-Request-Id': 'my-id.1' } })
    await using unnamed = await watch(mesh.url, '/polls/1/stream', {
      headers: { 'X-Request-Id': 'not good' },
    })

    expect(named.response.headers['x-request-id']).toBe('my-id.1')
    expect(unnamed.response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(mesh.polls.requestIds).toEqual(['my-id.1'])
  })

  test('chooses none of the subprotocols that a client offers, and no compression', async () => {
    await using mesh = await openMesh()
    mesh.addPoll(1)

    await using client = await watch(mesh.url, '/polls/1/stream', { perMessageDeflate: true })

    expect(client.ws.protocol).toBe('')
    expect(client.ws.extensions).toBe('')
  })

  test('counts as a connection all over the mesh while it is open', async () => {
    await using mesh = await openMesh()
    mesh.addPoll(1)

    await using one = await watch(mesh.url, '/polls/1/stream')
    await using two = await watch(mesh.url, '/polls/1/stream')
    await eventually(() => expect(mesh.bus.totalConnections()).toBe(2))
    expect(await mesh.metric('votestream_realtime_connections')).toBe(2)
    expect(await mesh.metric('votestream_realtime_rooms')).toBe(1)
    one.ws.close()
    two.ws.terminate()

    await eventually(() => expect(mesh.bus.totalConnections()).toBe(0))
    await eventually(async () => expect(await mesh.metric('votestream_realtime_connections')).toBe(0))
  })

  test('costs one read each 50 ms, however many join', async () => {
    await using mesh = await openMesh()
    mesh.addPoll(1)

    const begunAtMs = performance.now()
    const clients = await Promise.all(Array.from({ length: 40 }, () => watch(mesh.url, '/polls/1/stream')))
    const tookMs = performance.now() - begunAtMs
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()))

    expect(mesh.votes.reads.length).toBeLessThanOrEqual(1 + tookMs / 50)
    expect(mesh.polls.requestIds.length).toBeLessThanOrEqual(4)
  })
})
