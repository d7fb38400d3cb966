import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { freePorts, whyNotFree } from './free-ports.js'

test('finds different ports that can be bound, below those of outgoing connections', async () => {
  const ports = await freePorts(5)

  expect(new Set(ports).size).toBe(5)
  expect(ports.every((port) => port >= 20_000 && port < 32_000)).toBe(true)
  expect(await Promise.all(ports.map((port) => whyNotFree('127.0.0.1', port)))).toEqual(
    ports.map(() => undefined),
  )
})

test('gives no port to two that ask at the same time, or one after the other', async () => {
  const ports = (await Promise.all([freePorts(2), freePorts(1), freePorts(2)])).flat()

  expect(new Set([...ports, ...(await freePorts(1))]).size).toBe(6)
})

test('a port that somebody listens on is not free', async () => {
  await using server = await listening()

  expect(await whyNotFree('127.0.0.1', server.port)).toBe('EADDRINUSE')
})

test('an address that is not of this machine cannot be bound', async () => {
  expect(await whyNotFree('192.0.2.1', 0)).toBe('EADDRNOTAVAIL')
})

async function listening(): Promise<AsyncDisposable & { port: number }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close }
}
