import { expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import dns from 'node:dns'
import { startEchoClient, startEchoServer } from '../test/echo.js'

// A name is asked for again after 5 s at the soonest.
jest.setTimeout(40_000)

/** The addresses of a headless Service's pods, for as long as the test runs. */
const resolveTo = (name: string, addresses: readonly string[]): Disposable => {
  const real = dns.promises.lookup
  const lookup = (host: string, options: dns.LookupAllOptions) =>
    host === name
      ? Promise.resolve(addresses.map((address) => ({ address, family: 4 })))
      : real(host, options)
  dns.promises.lookup = lookup as typeof real
  return {
    [Symbol.dispose]: () => {
      dns.promises.lookup = real
    },
  }
}

test('a replica that is added to a name later gets its share, and one that is taken from it gets nothing more', async () => {
  await using one = await startEchoServer(
    { Say: () => Promise.resolve({ text: 'one' }) },
    { maxConnectionAgeMs: 500 },
  )
  await using _two = await startEchoServer(
    { Say: () => Promise.resolve({ text: 'two' }) },
    { host: '127.0.0.2', port: one.server.port, maxConnectionAgeMs: 500 },
  )
  const addresses = ['127.0.0.1']
  using _name = resolveTo('votes.test', addresses)
  await using client = await startEchoClient(`dns:///votes.test:${one.server.port}`)
  const answers = async () => {
    const texts = new Set<string>()
    for (let call = 0; call < 4; call += 1) texts.add((await client.call('Say', { text: 'who?' })).text)
    return [...texts].sort()
  }
  await eventually(async () => expect(await answers()).toEqual(['one']))

  addresses.push('127.0.0.2')
  await eventually(async () => expect(await answers()).toEqual(['one', 'two']), { timeoutMs: 15_000 })
  addresses.shift()

  await eventually(async () => expect(await answers()).toEqual(['two']), { timeoutMs: 15_000 })
})
