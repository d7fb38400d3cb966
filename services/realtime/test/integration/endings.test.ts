import { describe, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { aState } from '../fakes.js'
import { openMesh, type Mesh } from '../mesh.js'
import { handshake, watch } from '../stream-client.js'

// Real engines on a machine that is busy with other suites.
jest.setTimeout(30_000)

/** Ten times the largest poll, so that what a slow reader has to read soon fills the system's own buffers too. */
const longOptions = Array.from({ length: 200 }, (_, index) => `${index} `.padEnd(120, '\u0001'))

const openMeshWithPoll = async (settings = {}): Promise<Mesh> => {
  const mesh = await openMesh(settings)
  mesh.addPoll(1, longOptions)
  return mesh
}

/** A client that does the handshake and then reads only when it is told to. */
const openLazyReader = async (mesh: Mesh): Promise<Socket> => {
  const socket = connect({ port: mesh.realtime.ports().http, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  const head = Object.entries(handshake).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET /polls/1/stream HTTP/1.1\r\nHost: x\r\n${head.join('')}\r\n`)
  await once(socket, 'readable')
  return socket
}

/** A masked frame, as a client sends it. */
const aFrame = (opcode: number, payload: Buffer, { fin = true, masked = true } = {}): Buffer => {
  const length =
    payload.length < 126
      ? Buffer.from([(masked ? 0x80 : 0) | payload.length])
      : Buffer.from([(masked ? 0x80 : 0) | 126, payload.length >> 8, payload.length & 0xff])
  const mask = masked ? Buffer.alloc(4) : Buffer.alloc(0)
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode]), length, mask, payload])
}
const [CONTINUATION, TEXT] = [0x0, 0x1]

/** Changes the poll until something has come true. */
const changeUntil = async (mesh: Mesh, isDone: () => Promise<boolean>): Promise<number> => {
  for (let version = 1; ; version += 1) {
    mesh.change(aState(1, version))
    await mesh.bus.flush()
    await new Promise((resolve) => setTimeout(resolve, 10))
    if (version % 10 === 0 && (await isDone())) return version
  }
}

describe('what a client sends', () => {
  test('is ignored up to 1 KiB, and closes with 1009 beyond', async () => {
    await using mesh = await openMeshWithPoll()
    await using client = await watch(mesh.url, '/polls/1/stream')

    client.ws.send('x'.repeat(1024))
    client.ws.send(Buffer.alloc(1024))
    client.ws.send('{"anything":true}')
    mesh.change(aState(1, 1))
    await client.sees(1)
    client.ws.send('x'.repeat(1025))

    expect(await client.closed).toMatchObject({ code: 1009 })
  })

  test.each(['messages', 'pings'])(
    'is ignored up to 10 %s a second, and closes with 1008 beyond',
    async (kind) => {
      await using mesh = await openMeshWithPoll()
      await using client = await watch(mesh.url, '/polls/1/stream')
      const say = (): void => (kind === 'pings' ? client.ws.ping() : client.ws.send('hello'))

      for (let count = 0; count < 10; count += 1) say()
      mesh.change(aState(1, 1))
      await client.sees(1)
      for (let count = 0; count < 11; count += 1) say()

      expect(await client.closed).toEqual({ code: 1008, reason: 'more than 10 messages a second' })
    },
  )

  test.each([
    ['1002', 'without a mask', [aFrame(TEXT, Buffer.from('x'), { masked: false })]],
    ['1007', 'that is no UTF-8', [aFrame(TEXT, Buffer.from([0xff, 0xfe]))]],
    [
      '1008',
      'in more than 16 fragments',
      Array.from({ length: 20 }, (_, index) =>
        aFrame(index === 0 ? TEXT : CONTINUATION, Buffer.from('x'), { fin: false }),
      ),
    ],
  ])('closes with %s %s', async (code, _what, frames) => {
    await using mesh = await openMeshWithPoll()
    const socket = await openLazyReader(mesh)
    const read: Buffer[] = []
    socket.on('data', (bytes: Buffer) => read.push(bytes))

    socket.write(Buffer.concat(frames))
    await once(socket, 'close')

    const closeFrame = Buffer.concat(read).subarray(-4)
    expect(closeFrame.readUInt8(0)).toBe(0x88)
    expect(closeFrame.readUInt16BE(2)).toBe(Number(code))
  })

  test('is answered with its own code when it is a good-bye', async () => {
    await using mesh = await openMeshWithPoll()
    await using client = await watch(mesh.url, '/polls/1/stream')

    client.ws.close(4001, 'enough')

    expect(await client.closed).toEqual({ code: 4001, reason: 'enough' })
    await eventually(async () => expect(await mesh.metric('votestream_realtime_connections')).toBe(0))
  })
})

describe('the heartbeat', () => {
  test('keeps who answers, and cuts off who does not by the next one', async () => {
    await using mesh = await openMeshWithPoll({ heartbeatMs: 200 })
    await using lively = await watch(mesh.url, '/polls/1/stream')
    await using dead = await watch(mesh.url, '/polls/1/stream', { autoPong: false })
    let pings = 0
    lively.ws.on('ping', () => (pings += 1))

    expect(await dead.closed).toMatchObject({ code: 1006 })
    await eventually(() => expect(pings).toBeGreaterThanOrEqual(3))

    expect(lively.ws.readyState).toBe(lively.ws.OPEN)
  })
})

describe('a slow reader', () => {
  const isSkipped = (mesh: Mesh) => async () => (await mesh.metric('votestream_realtime_skipped_total')) > 0

  test('is left out while it does not read, holds up nobody, and then gets the newest and little more', async () => {
    await using mesh = await openMeshWithPoll()
    await using swift = await watch(mesh.url, '/polls/1/stream')
    const socket = await openLazyReader(mesh)

    const skippedAt = await changeUntil(mesh, isSkipped(mesh))
    for (let version = skippedAt + 1; version <= skippedAt + 50; version += 1) {
      mesh.change(aState(1, version))
      await mesh.bus.flush()
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    const newest = skippedAt + 50
    await swift.sees(newest)
    let seen = ''
    socket.on('data', (bytes: Buffer) => (seen += bytes.toString('latin1')))

    await eventually(() => expect(seen).toContain(`"version":${newest},`))
    const versions = [...seen.matchAll(/"version":(\d+),/g)].map(([, version]) => Number(version))
    expect(versions).toEqual([...versions].sort((a, b) => a - b))
    expect(versions.length).toBeLessThan(swift.documents.length - 20)
    socket.destroy()
  })

  test('that reads again after its dismissal learns 1013', async () => {
    await using mesh = await openMeshWithPoll({ blockedMs: 300 })
    const socket = await openLazyReader(mesh)
    await changeUntil(mesh, isSkipped(mesh))
    await eventually(async () => expect(await mesh.metric('votestream_realtime_dismissed_total')).toBe(1))

    const read: Buffer[] = []
    socket.on('data', (bytes: Buffer) => read.push(bytes))
    await eventually(() =>
      expect(Buffer.concat(read).toString('latin1')).toMatch(/\x88.\x03\xf5reads too slowly$/),
    )

    socket.destroy()
  })

  test('that never reads is cut off', async () => {
    await using mesh = await openMeshWithPoll({ blockedMs: 300 })
    const socket = await openLazyReader(mesh)

    await changeUntil(mesh, isSkipped(mesh))

    await eventually(async () => expect(await mesh.metric('votestream_realtime_connections')).toBe(0), {
      timeoutMs: 8_000,
    })
    socket.destroy()
  })
})

describe('a stop', () => {
  test('tells every stream 1012, spread over the drain, and lets nobody in', async () => {
    await using mesh = await openMeshWithPoll({ drainMs: 600 })
    const clients = await Promise.all(Array.from({ length: 6 }, () => watch(mesh.url, '/polls/1/stream')))
    const begunAtMs = performance.now()
    const endings = clients.map(async ({ closed }) => ({
      ...(await closed),
      atMs: performance.now() - begunAtMs,
    }))

    const stopped = mesh.realtime.stop()
    const ends = await Promise.all(endings)
    await stopped

    expect(new Set(ends.map(({ code, reason }) => `${code} ${reason}`))).toEqual(new Set(['1012 restart']))
    const times = ends.map(({ atMs }) => atMs).sort((a, b) => a - b)
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(300)
    await expect(watch(mesh.url, '/polls/1/stream')).rejects.toThrow('ECONNREFUSED')
  })

  test('does not wait for a client that says nothing', async () => {
    await using mesh = await openMeshWithPoll()
    const socket = await openLazyReader(mesh)
    const begunAtMs = performance.now()

    await mesh.realtime.stop()

    expect(performance.now() - begunAtMs).toBeLessThan(3_000)
    socket.destroy()
  })

  test('says that no stream is open any more', async () => {
    await using mesh = await openMeshWithPoll()
    await using client = await watch(mesh.url, '/polls/1/stream')
    await eventually(() => expect(mesh.bus.totalConnections()).toBe(1))

    await mesh.realtime.stop()

    await eventually(() => expect(mesh.bus.totalConnections()).toBe(0), { timeoutMs: 1_000 })
    expect(await client.closed).toMatchObject({ code: 1012 })
  })
})
