import { describe, expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { Client, Metadata, credentials, status } from '@grpc/grpc-js'
import { aFreePort, deferred, openPair, rejectionOf, startEchoClient } from '../test/echo.js'
import { healthDefinition, healthService } from './health-service.js'

test('health answers from its checks, live', async () => {
  const engines = { postgres: true }
  await using pair = await openPair(
    {},
    { health: { '': () => true, postgres: () => engines.postgres, kafka: () => null } },
  )
  const ask = (name: string) => pair.client.health(name, 1_000)

  const before = [await ask(''), await ask('postgres'), await ask('kafka'), await ask('nobody')]
  engines.postgres = false
  const after = await ask('postgres')

  expect(before).toEqual([true, true, null, null])
  expect(after).toBe(false)
})

test('health of a service that cannot be reached is an error, not an answer', async () => {
  await using client = await startEchoClient(`127.0.0.1:${await aFreePort()}`)

  const caught = await rejectionOf(client.health('', 500))

  expect(caught).toMatchObject({ code: 'unavailable', reason: 'UNREACHABLE' })
})

test('a check for a name that is not listed is NOT_FOUND, as the protocol says', async () => {
  await using pair = await openPair({}, { health: { '': () => true } })
  const foreign = new Client(pair.address, credentials.createInsecure())
  const { Check } = healthDefinition

  const code = await new Promise((resolve) => {
    const { path, requestSerialize, responseDeserialize } = Check
    const done = (error: { code: number } | null) => resolve(error?.code)
    foreign.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { service: 'nobody' },
      new Metadata(),
      done,
    )
  })
  foreign.close()

  expect(code).toBe(status.NOT_FOUND)
})

test('watching tells every change and ends when the server stops', async () => {
  const engines = { postgres: true }
  await using pair = await openPair(
    {},
    { health: { postgres: () => engines.postgres }, shutdownGraceMs: 5_000 },
  )
  const foreign = new Client(pair.address, credentials.createInsecure())
  const { path, requestSerialize, responseDeserialize } = healthDefinition.Watch
  const seen: unknown[] = []

  const watch = foreign.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {
    service: 'postgres',
  })
  const ended = new Promise((resolve) => watch.once('end', resolve))
  watch.on('data', (message: { status: string }) => seen.push(message.status))
  await eventually(() => expect(seen).toEqual(['SERVING']))
  engines.postgres = false
  await eventually(() => expect(seen).toEqual(['SERVING', 'NOT_SERVING']))
  engines.postgres = true
  await eventually(() => expect(seen).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']))
  await pair.server.stop()
  await ended
  foreign.close()

  expect(seen).toEqual(['SERVING', 'NOT_SERVING', 'SERVING', 'NOT_SERVING'])
})

describe('what a kubelet asks for', () => {
  test('is liveness, which is always there, and readiness, as the service says it now', async () => {
    let ready: boolean | string = 'the schema is not migrated'
    await using pair = await openPair({}, { ready: () => ready })
    const ask = async () => [
      await pair.client.health('liveness', 1_000),
      await pair.client.health('readiness', 1_000),
    ]

    expect(await ask()).toEqual([true, false])
    ready = true
    expect(await ask()).toEqual([true, true])
    ready = 'draining'
    expect(await ask()).toEqual([true, false])
    expect(await pair.client.call('Say', { text: 'still served' })).toEqual({ text: 'still served' })
  })

  test('stays alive while the server stops, and is ready no more', async () => {
    const stopping = new AbortController()
    const { Check } = healthService({ liveness: () => true, readiness: () => true }, stopping.signal)
    const ask = (service: string) =>
      new Promise((resolve) => {
        const respond = (_error: unknown, answer: unknown) => resolve(answer)
        void (Check as (call: object, respond: unknown) => unknown)({ request: { service } }, respond)
      })

    stopping.abort()

    expect(await ask('liveness')).toEqual({ status: 'SERVING' })
    expect(await ask('readiness')).toEqual({ status: 'NOT_SERVING' })
  })
})

describe('a check that takes time', () => {
  test('answers when it is done', async () => {
    const soon = async (healthy: boolean | null) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return healthy
    }
    await using pair = await openPair(
      {},
      { health: { up: () => soon(true), down: () => soon(false), none: () => soon(null) } },
    )

    const answers = await Promise.all(['up', 'down', 'none'].map((name) => pair.client.health(name, 1_000)))

    expect(answers).toEqual([true, false, null])
  })

  test('is shared by all who ask meanwhile, and made again for the next', async () => {
    const { promise, resolve } = deferred<boolean>()
    let checks = 0
    const check = () => {
      checks += 1
      return promise
    }
    await using pair = await openPair({}, { health: { postgres: check, redis: () => true } })

    const asked = Array.from({ length: 20 }, () => pair.client.health('postgres', 5_000))
    await eventually(() => expect(checks).toBe(1))
    await pair.client.health('redis', 1_000) // sent behind the others, so they have arrived
    resolve(true)
    const answers = await Promise.all(asked)
    const next = await pair.client.health('postgres', 1_000)

    expect(new Set([...answers, next])).toEqual(new Set([true]))
    expect(checks).toBe(2)
  })

  test('has said no after a second, whatever it says later', async () => {
    await using pair = await openPair({}, { health: { frozen: () => new Promise<boolean>(() => undefined) } })
    const startedAtMs = performance.now()

    const answers = await Promise.all([
      pair.client.health('frozen', 5_000),
      pair.client.health('frozen', 5_000),
    ])

    expect(answers).toEqual([false, false])
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(990)
    expect(performance.now() - startedAtMs).toBeLessThan(1_700)
  })

  test('has said no when it throws', async () => {
    const throws = () => {
      throw new Error('a bug')
    }
    await using pair = await openPair(
      {},
      { health: { throws, rejects: () => Promise.reject(new Error('gone')) } },
    )

    const answers = [await pair.client.health('throws', 1_000), await pair.client.health('rejects', 1_000)]

    expect(answers).toEqual([false, false])
  })
})
