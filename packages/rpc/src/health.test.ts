import { expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { Client, Metadata, credentials, status } from '@grpc/grpc-js'
import { aFreePort, openPair, rejectionOf, startEchoClient } from '../test/echo.js'
import { healthDefinition } from './health-service.js'

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
