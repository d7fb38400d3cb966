import { describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect } from 'node:net'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { opsServer, type OpsServer } from './ops-server.js'
import { createRegistry } from './registry.js'

const logger = pino({ level: 'silent' })

const serving = async (
  ready: () => boolean | string = () => true,
  registry = new Registry(),
): Promise<OpsServer & AsyncDisposable & { url: string }> => {
  const server = opsServer({ host: '127.0.0.1', port: 0, registry, ready, logger })
  await server.start()
  return Object.assign(server, {
    url: `http://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server.stop(),
  })
}

describe('opsServer', () => {
  test('is alive and ready when the service is', async () => {
    await using ops = await serving()

    const answers = await Promise.all(['/livez', '/readyz'].map((path) => fetch(ops.url + path)))

    expect(answers.map(({ status }) => status)).toEqual([200, 200])
  })

  test.each([
    ['the schema votes is not migrated', 'the schema votes is not migrated\n'],
    [false, 'not ready\n'],
  ])('is alive but not ready while the service says %j', async (reason, body) => {
    await using ops = await serving(() => reason)

    const [livez, readyz] = await Promise.all(['/livez', '/readyz'].map((path) => fetch(ops.url + path)))

    expect(livez?.status).toBe(200)
    expect(readyz?.status).toBe(503)
    expect(await readyz?.text()).toBe(body)
  })

  test('is no longer ready, but alive, once it drains', async () => {
    await using ops = await serving()

    ops.setDraining()

    expect((await fetch(`${ops.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${ops.url}/livez`)).status).toBe(200)
  })

  test('serves the metrics of the process under the service name', async () => {
    await using ops = await serving(undefined, createRegistry('votes'))

    const response = await fetch(`${ops.url}/metrics`)

    expect(response.headers.get('content-type')).toContain('text/plain')
    expect(await response.text()).toMatch(/^process_cpu_seconds_total\{service="votes"\} /m)
  })

  test.each([
    ['GET', '/', 404],
    ['GET', '/livez/', 404],
    ['GET', '/__proto__', 404],
    ['GET', '/readyz?verbose=1', 200],
    ['HEAD', '/readyz', 200],
    ['POST', '/livez', 405],
    ['POST', '/', 405],
  ])('%s %s: %d', async (method, path, status) => {
    await using ops = await serving()

    const response = await fetch(ops.url + path, { method })

    expect(response.status).toBe(status)
    expect(response.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD' : null)
  })

  test('answers 500 when the metrics cannot be read, and goes on', async () => {
    const broken = Object.assign(new Registry(), { metrics: () => Promise.reject(new Error('no metrics')) })
    await using ops = await serving(undefined, broken)

    expect((await fetch(`${ops.url}/metrics`)).status).toBe(500)
    expect((await fetch(`${ops.url}/livez`)).status).toBe(200)
  })

  test('says that its port is in use', async () => {
    await using ops = await serving()
    const second = opsServer({
      host: '127.0.0.1',
      port: ops.port,
      registry: new Registry(),
      ready: () => true,
      logger,
    })

    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('stops at once although a client has not finished its request', async () => {
    const ops = await serving()
    const client = connect(ops.port, '127.0.0.1')
    await once(client, 'connect')
    client.on('error', () => undefined).write('GET /livez HTTP/1.1\r\n')
    await fetch(`${ops.url}/livez`)

    await ops.stop()

    expect(ops.port).toBe(0)
  })
})
