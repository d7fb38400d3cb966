import { describe, expect, jest, test } from '@jest/globals'
import { unavailable } from '@votestream/errors'
import { eventually } from '@votestream/testing'
import { startEchoProcess } from '../test/echo-process.js'
import { aFreePort, keepingLogger, startEchoClient, startEchoServer } from '../test/echo.js'
import type { EchoClient, EchoServer, Say } from '../test/echo.js'
import { wasNeverSent } from './index.js'

// Real processes on a machine that is busy with other suites.
jest.setTimeout(30_000)

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const named =
  (text: string): Say =>
  () =>
    Promise.resolve({ text })

const ask = async (client: EchoClient): Promise<string> => (await client.call('Say', { text: 'who?' })).text

const askTimes = async (client: EchoClient, times: number): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (let count = 0; count < times; count += 1) {
    const text = await ask(client)
    counts[text] = (counts[text] ?? 0) + 1
  }
  return counts
}

const bothAnswer = (client: EchoClient) =>
  eventually(async () => expect(Object.keys(await askTimes(client, 4)).sort()).toEqual(['one', 'two']))

interface Asked {
  readonly text: string | undefined
  readonly error: unknown
  readonly beganAtMs: number
  readonly endedAtMs: number
}

/** Asks again and again from several callers at once, until it is told to stop. */
const keepAsking = (client: EchoClient, callers: number): AsyncDisposable & { stop(): Promise<Asked[]> } => {
  const asked: Asked[] = []
  let over = false
  const run = async () => {
    while (!over) {
      const beganAtMs = performance.now()
      const answer = await ask(client).then(
        (text) => ({ text, error: undefined }),
        (error: unknown) => ({ text: undefined, error }),
      )
      asked.push({ ...answer, beganAtMs, endedAtMs: performance.now() })
      await pause(5)
    }
  }
  const runs = Array.from({ length: callers }, run)
  const stop = async () => {
    over = true
    await Promise.all(runs)
    return asked
  }
  const close = async () => {
    await stop()
  }
  return { stop, [Symbol.asyncDispose]: close }
}

const addressesOf = (...servers: { readonly address: string }[]): string =>
  servers.map(({ address }) => address).join(',')

const openTwo = async (): Promise<
  AsyncDisposable & { one: EchoServer; two: EchoServer; client: EchoClient }
> => {
  const one = await startEchoServer({ Say: named('one') })
  const two = await startEchoServer({ Say: named('two') })
  const client = await startEchoClient(addressesOf(one, two))
  await bothAnswer(client)
  const close = async () => {
    await client.stop()
    await Promise.all([one.server.stop(), two.server.stop()])
  }
  return { one, two, client, [Symbol.asyncDispose]: close }
}

describe('calls over a list of replicas', () => {
  test('are spread evenly', async () => {
    await using mesh = await openTwo()

    expect(await askTimes(mesh.client, 100)).toEqual({ one: 50, two: 50 })
  })

  test('reach a replica that comes up later, within about a second', async () => {
    await using one = await startEchoServer({ Say: named('one') })
    const port = await aFreePort()
    await using client = await startEchoClient(`${one.address},127.0.0.1:${port}`)
    expect(await askTimes(client, 10)).toEqual({ one: 10 })
    await pause(3_000) // the waits between attempts have grown to the longest

    await using two = await startEchoServer({ Say: named('two') }, { port })
    await eventually(async () => expect(await ask(client)).toBe('two'), { timeoutMs: 1_500 })

    expect(two.server.port).toBe(port)
  })

  test('are not lost when a replica leaves in order', async () => {
    const slowly =
      (text: string): Say =>
      async () => {
        await pause(20)
        return { text }
      }
    await using one = await startEchoServer({ Say: slowly('one') }, { shutdownGraceMs: 5_000 })
    await using two = await startEchoServer({ Say: slowly('two') })
    await using client = await startEchoClient(addressesOf(one, two))
    await bothAnswer(client)
    await using asking = keepAsking(client, 20)
    await pause(300)

    await one.server.stop()
    const leftAtMs = performance.now()
    await pause(300)
    const asked = await asking.stop()

    expect(asked.filter(({ error }) => error !== undefined)).toEqual([])
    const later = asked.filter(({ beganAtMs }) => beganAtMs > leftAtMs).map(({ text }) => text)
    expect(new Set(later)).toEqual(new Set(['two']))
    expect(asked.some(({ text }) => text === 'one')).toBe(true)
  })

  test('fail with a killed replica only when they were under way, and go to the other at once', async () => {
    let arrived = 0
    const hangs: Say = () => {
      arrived += 1
      return new Promise(() => undefined)
    }
    await using one = await startEchoServer({ Say: hangs }, { shutdownGraceMs: 0 })
    await using two = await startEchoServer({ Say: named('two') })
    await using client = await startEchoClient(addressesOf(one, two))
    const first: Promise<unknown>[] = []
    await eventually(() => {
      first.push(ask(client).catch((error: unknown) => error))
      expect(arrived).toBe(2)
    })

    await one.server.stop()
    const ended = await Promise.all(first)
    const startedAtMs = performance.now()
    const later = await askTimes(client, 20)

    const failed = ended.filter((each) => each !== 'two')
    expect(failed.length).toBeLessThan(first.length)
    expect(failed.length).toBe(arrived)
    expect(failed.map(wasNeverSent)).not.toContain(true)
    expect(later).toEqual({ two: 20 })
    expect(performance.now() - startedAtMs).toBeLessThan(500)
  })
})

describe('a replica that is frozen', () => {
  test('is left out within 2 s, its calls fail then, and it is taken back when it answers again', async () => {
    await using one = await startEchoProcess('one')
    await using two = await startEchoProcess('two')
    const { lines, logger } = keepingLogger()
    await using client = await startEchoClient(addressesOf(one, two), { logger, timeoutMs: 2_700 })
    await bothAnswer(client)
    await using asking = keepAsking(client, 10)
    await pause(200)

    one.signal('SIGSTOP')
    const frozenAtMs = performance.now()
    await pause(6_000)
    const asked = await asking.stop()
    one.signal('SIGCONT')
    await eventually(async () => expect(await ask(client)).toBe('one'), { timeoutMs: 2_500 })

    const failures = asked.filter(({ error }) => error !== undefined)
    expect(failures.length).toBeGreaterThan(0)
    expect(failures.length).toBeLessThanOrEqual(10) // one a caller: whoever failed once meets the other from then on
    for (const { error, endedAtMs } of failures) {
      expect(error).toMatchObject({ code: 'unavailable', reason: 'UNREACHABLE' })
      expect(wasNeverSent(error)).toBe(false)
      expect(endedAtMs - frozenAtMs).toBeLessThan(2_300)
    }
    expect(
      asked.filter(({ text, beganAtMs }) => text === 'two' && beganAtMs > frozenAtMs + 2_300).length,
    ).toBeGreaterThan(50)
    expect(lines.map(({ msg }) => msg)).toEqual([
      'connected',
      'a peer does not answer and is left out',
      'a peer answers again',
    ])
  })

  test('costs a lone caller one call, even when it stays frozen until its connection is given up', async () => {
    await using one = await startEchoProcess('one')
    await using two = await startEchoProcess('two')
    await using client = await startEchoClient(addressesOf(one, two), { timeoutMs: 2_700 })
    await bothAnswer(client)

    one.signal('SIGSTOP')
    await using asking = keepAsking(client, 1)
    await pause(16_000)
    const asked = await asking.stop()

    expect(asked.filter(({ error }) => error !== undefined)).toHaveLength(1)
    expect(Math.max(...asked.map(({ beganAtMs, endedAtMs }) => endedAtMs - beganAtMs))).toBeLessThan(2_300)
  })

  test('that is the only one is never left out: a call that outlasts the freeze is answered', async () => {
    await using one = await startEchoProcess('one')
    const { lines, logger } = keepingLogger()
    await using client = await startEchoClient(one.address, { logger, timeoutMs: 5_000 })
    await ask(client)

    one.signal('SIGSTOP')
    const waiting = ask(client)
    await pause(3_000)
    one.signal('SIGCONT')

    expect(await waiting).toBe('one')
    expect(lines.map(({ msg }) => msg)).toEqual(['connected'])
  })

  test('is not the last one to be left out', async () => {
    await using one = await startEchoProcess('one')
    await using two = await startEchoProcess('two')
    const { lines, logger } = keepingLogger()
    await using client = await startEchoClient(addressesOf(one, two), { logger, timeoutMs: 6_000 })
    await bothAnswer(client)

    for (const each of [one, two]) each.signal('SIGSTOP')
    const early = Array.from({ length: 4 }, () => ask(client).catch(() => 'failed'))
    await pause(4_000)
    const late = Array.from({ length: 4 }, () => ask(client))
    for (const each of [one, two]) each.signal('SIGCONT')

    expect((await Promise.all(early)).filter((each) => each !== 'failed').length).toBeGreaterThan(0)
    expect((await Promise.all(late)).every((each) => ['one', 'two'].includes(each))).toBe(true)
    expect(lines.filter(({ msg }) => msg === 'a peer does not answer and is left out')).toHaveLength(1)
  })
})

describe('a replica that lives', () => {
  test('is not left out for calls that take long', async () => {
    let takesMs = 0
    const slowly: Say = async () => {
      await pause(takesMs)
      return { text: 'one' }
    }
    await using one = await startEchoServer({ Say: slowly })
    await using two = await startEchoServer({ Say: named('two') })
    const { lines, logger } = keepingLogger()
    await using client = await startEchoClient(addressesOf(one, two), { logger, timeoutMs: 5_000 })
    await bothAnswer(client)
    takesMs = 3_000

    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(client)))

    expect(answers).toContain('one')
    expect(lines.map(({ msg }) => msg)).toEqual(['connected'])
  })

  test('is not left out for answering with errors', async () => {
    await using one = await startEchoServer({
      Say: () => Promise.reject(unavailable('DATABASE_UNAVAILABLE', 'the database cannot be reached')),
    })
    await using two = await startEchoServer({ Say: named('two') })
    const { lines, logger } = keepingLogger()
    await using client = await startEchoClient(addressesOf(one, two), { logger })
    await using asking = keepAsking(client, 2)

    await pause(2_000)
    const asked = await asking.stop()

    const failed = asked.filter(({ error }) => error !== undefined).length
    expect(failed / asked.length).toBeCloseTo(0.5, 1)
    expect(lines.map(({ msg }) => msg)).toEqual(['connected'])
  })
})
