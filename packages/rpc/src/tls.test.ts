import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually, makeAuthority, type Authority } from '@votestream/testing'
import { Client, credentials, type ServiceError } from '@grpc/grpc-js'
import { rejectionOf, startEchoClient, startEchoServer } from '../test/echo.js'
import type { Say } from '../test/echo.js'
import { healthDefinition } from './health-service.js'
import { grpcTlsFaults, grpcTlsOf, type GrpcTls } from './tls.js'

let authority: Authority
let foreign: Authority
let server: GrpcTls
let client: GrpcTls
beforeAll(() => {
  authority = makeAuthority()
  foreign = makeAuthority()
  server = { ...authority.issue('localhost', '127.0.0.1'), ca: authority.ca }
  client = { ...authority.issue('gateway'), ca: authority.ca }
})
afterAll(() => {
  authority[Symbol.dispose]()
  foreign[Symbol.dispose]()
})

const unreachable = { code: 'unavailable', reason: 'UNREACHABLE' }
const hello = { text: 'hello' }

/** Calls over an address and a certificate, and tells what comes of it. */
const callOver = async (address: string, tls: GrpcTls | undefined): Promise<unknown> => {
  await using caller = await startEchoClient(address, { tls })
  return await caller.call('Say', hello).catch((error: unknown) => error)
}

describe('mutual TLS', () => {
  test.each(['dns:///localhost', 'localhost', '127.0.0.1'])('lets in who is known, at %s', async (host) => {
    await using echo = await startEchoServer({}, { tls: server })

    expect(await callOver(`${host}:${echo.server.port}`, client)).toEqual(hello)
  })

  test('serves over a list of addresses', async () => {
    await using one = await startEchoServer({}, { tls: server })
    await using two = await startEchoServer({}, { tls: server })

    expect(await callOver(`${one.address},${two.address}`, client)).toEqual(hello)
  })

  test('lets nobody in without a certificate, or with one of other authorities', async () => {
    await using echo = await startEchoServer({}, { tls: server })
    const stranger = { ...foreign.issue('gateway'), ca: authority.ca }
    const bare = new Client(echo.address, credentials.createSsl(Buffer.from(authority.ca)))
    const { path, requestSerialize, responseDeserialize } = healthDefinition.Check

    const withoutCertificate = await new Promise<ServiceError | null>((resolve) => {
      const deadline = { deadline: Date.now() + 2_000 }
      bare.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service: '' }, deadline, resolve)
    })
    bare.close()

    expect(withoutCertificate).not.toBe(null)
    expect(await callOver(echo.address, stranger)).toMatchObject(unreachable)
    expect(await callOver(echo.address, undefined)).toMatchObject(unreachable)
  })

  test('believes no server of other authorities, of another name, or without TLS', async () => {
    await using impostor = await startEchoServer(
      {},
      { tls: { ...foreign.issue('localhost'), ca: authority.ca } },
    )
    await using another = await startEchoServer(
      {},
      { tls: { ...authority.issue('polls'), ca: authority.ca } },
    )
    await using plain = await startEchoServer()

    for (const { server: each } of [impostor, another, plain])
      expect(await callOver(`localhost:${each.port}`, client)).toMatchObject(unreachable)
  })

  test('says in the error why a server is not believed', async () => {
    await using another = await startEchoServer(
      {},
      { tls: { ...authority.issue('polls'), ca: authority.ca } },
    )
    await using caller = await startEchoClient(`localhost:${another.server.port}`, { tls: client })

    const caught = (await rejectionOf(caller.call('Say', hello))) as Error

    expect((caught.cause as Error).message).toMatch(/altnames|certificate/i)
  })

  test('asks a slow peer over its own connection whether it lives, and does not give it up', async () => {
    // Longer than a peer that does not answer the question would be waited for.
    const slowly: Say = async ({ text }) => {
      if (text === 'slow') await new Promise((resolve) => setTimeout(resolve, 2_000))
      return { text: 'two' }
    }
    await using one = await startEchoServer({}, { tls: server })
    await using two = await startEchoServer({ Say: slowly }, { tls: server })
    await using caller = await startEchoClient(`${one.address},${two.address}`, { tls: client })
    const ask = async (text: string) => (await caller.call('Say', { text }, { timeoutMs: 5_000 })).text
    await eventually(async () =>
      expect([await ask('quick'), await ask('quick')].sort()).toEqual(['quick', 'two']),
    )

    const answers = await Promise.all([ask('slow'), ask('slow')])

    expect(answers.sort()).toEqual(['slow', 'two'])
  })
})

describe('its settings', () => {
  const read = () => ({
    GRPC_TLS_CERT_FILE: client.cert,
    GRPC_TLS_KEY_FILE: client.key,
    GRPC_TLS_CA_FILE: client.ca,
  })

  test('are three or none', () => {
    expect(grpcTlsFaults({})).toEqual([])
    expect(grpcTlsOf({})).toBe(undefined)
    expect(grpcTlsFaults(read())).toEqual([])
    expect(grpcTlsOf(read())).toEqual({ cert: client.cert, key: client.key, ca: client.ca })
    expect(grpcTlsFaults({ ...read(), GRPC_TLS_CA_FILE: undefined })).toEqual([
      'GRPC_TLS_CA_FILE: is required, since GRPC_TLS_CERT_FILE, GRPC_TLS_KEY_FILE, GRPC_TLS_CA_FILE go together',
    ])
  })

  test('are refused when the key is that of another certificate', () => {
    expect(grpcTlsFaults({ ...read(), GRPC_TLS_KEY_FILE: server.key })).toEqual([
      'GRPC_TLS_KEY_FILE: is not the key of the certificate in GRPC_TLS_CERT_FILE',
    ])
  })
})
