import { expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import dns from 'node:dns'
import { keepingLogger, startEchoClient, startEchoServer } from '../test/echo.js'

// A name is asked for again after 5 s at the soonest.
jest.setTimeout(40_000)

const answerOf = (addresses: readonly string[]): Promise<dns.LookupAddress[]> =>
  addresses.length === 0
    ? Promise.reject(Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' }))
    : Promise.resolve(addresses.map((address) => ({ address, family: 4 })))

/** The addresses of a headless Service's pods, for as long as the test runs. */
const resolveTo = (name: string, addresses: readonly string[]): Disposable => {
  const real = dns.promises.lookup
  const lookup = (host: string, options: dns.LookupAllOptions) =>
    host === name ? answerOf(addresses) : real(host, options)
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

test('a name that has no address yet is asked for again before anybody calls: no call has to fail for it', async () => {
  await using server = await startEchoServer({ Say: () => Promise.resolve({ text: 'one' }) })
  const addresses: string[] = []
  using _name = resolveTo('polls.test', addresses)
  const { lines, logger } = keepingLogger()
  await using client = await startEchoClient(`dns:///polls.test:${server.server.port}`, { logger })
  await new Promise((resolve) => setTimeout(resolve, 2_000))

  addresses.push('127.0.0.1')
  await eventually(() => expect(lines.map(({ msg }) => msg)).toEqual(['connected']), { timeoutMs: 15_000 })

  expect(await client.call('Say', { text: 'who?' })).toMatchObject({ text: 'one' })
})
