import { describe, expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { deferred, openPair, rejectionOf } from '../test/echo.js'
import type { Recite, Said, Say } from '../test/echo.js'
import { Client, Metadata, credentials } from '@grpc/grpc-js'
import type { CallContext } from './index.js'
import { MAX_DEADLINE_MS } from './index.js'

/** A handler that tells its context and then never answers. */
const hanging = () => {
  const context = deferred<CallContext>()
  const say: Say = (_request, given) => {
    context.resolve(given)
    return new Promise(() => undefined)
  }
  return { context: context.promise, say }
}

describe('a call', () => {
  test('brings the answer', async () => {
    await using pair = await openPair({ Say: ({ text }) => Promise.resolve({ text: `${text}!` }) })

    const answer = await pair.client.call('Say', { text: 'hello' })

    expect(answer).toEqual({ text: 'hello!' })
  })

  test('carries its request id', async () => {
    await using pair = await openPair({ Say: (_, { requestId }) => Promise.resolve({ text: requestId }) })

    const answer = await pair.client.call('Say', { text: 'hello' }, { requestId: 'a.B-9_' })

    expect(answer.text).toBe('a.B-9_')
  })

  test('gets a request id when its caller has none', async () => {
    await using pair = await openPair({ Say: (_, { requestId }) => Promise.resolve({ text: requestId }) })

    const first = await pair.client.call('Say', { text: 'hello' })
    const second = await pair.client.call('Say', { text: 'hello' })

    expect(first.text).toMatch(/^[0-9a-f-]{36}$/)
    expect(second.text).not.toBe(first.text)
  })

  test('gets a request id of the server when it brings one that could forge a log line', async () => {
    await using pair = await openPair({ Say: (_, { requestId }) => Promise.resolve({ text: requestId }) })

    const answer = await pair.client.call('Say', { text: 'hello' }, { requestId: 'a b=c' })

    expect(answer.text).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('tells the server its deadline', async () => {
    await using pair = await openPair({
      Say: (_, { deadlineAt }) => Promise.resolve({ text: String(deadlineAt - Date.now()) }),
    })

    const answer = await pair.client.call('Say', { text: 'hello' }, { timeoutMs: 1_000 })

    expect(Number(answer.text)).toBeGreaterThan(300)
    expect(Number(answer.text)).toBeLessThanOrEqual(1_010) // gRPC sends whole milliseconds
  })

  test('fails at its deadline, and the server is told to stop', async () => {
    const { context, say } = hanging()
    await using pair = await openPair({ Say: say })

    const caught = await rejectionOf(pair.client.call('Say', { text: 'hello' }, { timeoutMs: 50 }))

    expect(caught).toMatchObject({ code: 'deadline_exceeded', reason: 'DEADLINE_EXCEEDED' })
    const { signal } = await context
    await eventually(() => expect(signal.aborted).toBe(true))
    expect(signal.reason).toMatchObject({ code: 'deadline_exceeded', reason: 'DEADLINE_EXCEEDED' })
    expect(pair.lines).toEqual([])
  })

  test('uses the client’s deadline when it sets none, and never more than the longest', async () => {
    await using pair = await openPair({
      Say: (_, { deadlineAt }) => Promise.resolve({ text: String(deadlineAt - Date.now()) }),
    })

    const byDefault = await pair.client.call('Say', { text: 'hello' })
    const atMost = await pair.client.call('Say', { text: 'hello' }, { timeoutMs: 3_600_000 })

    expect(Math.abs(Number(byDefault.text) - 2_000)).toBeLessThan(500)
    expect(Math.abs(Number(atMost.text) - MAX_DEADLINE_MS)).toBeLessThan(500)
  })

  test('has a deadline on the server even when a foreign client sets none', async () => {
    const { context, say } = hanging()
    await using pair = await openPair({ Say: say })
    const foreign = new Client(pair.address, credentials.createInsecure())
    const asIs = (bytes: Buffer) => bytes

    const request = Buffer.from('{"text":"hello"}')
    const call = foreign.makeUnaryRequest(
      '/test.v1.EchoService/Say',
      asIs,
      asIs,
      request,
      new Metadata(),
      () => undefined,
    )
    const { deadlineAt } = await context
    call.cancel()
    foreign.close()

    expect(Math.abs(deadlineAt - Date.now() - MAX_DEADLINE_MS)).toBeLessThan(500)
  })

  test('is cancelled by its signal, and the server is told to stop', async () => {
    const { context, say } = hanging()
    await using pair = await openPair({ Say: say })
    const cancel = new AbortController()

    const pending = rejectionOf(pair.client.call('Say', { text: 'hello' }, { signal: cancel.signal }))
    const { signal } = await context
    cancel.abort()

    expect(await pending).toMatchObject({ code: 'deadline_exceeded', reason: 'CANCELLED' })
    await eventually(() => expect(signal.aborted).toBe(true))
  })

  test('that has ended does not abort the signal of its handler', async () => {
    const context = deferred<CallContext>()
    const say: Say = (request, given) => {
      context.resolve(given)
      return Promise.resolve(request)
    }
    await using pair = await openPair({ Say: say })

    await pair.client.call('Say', { text: 'hello' })
    await pair.client.call('Say', { text: 'a second one, to let the first settle' })

    expect((await context.promise).signal.aborted).toBe(false)
  })

  test('logs what its handler throws after the deadline, unless it only did as it was told', async () => {
    const bug = new TypeError('a bug')
    const say: Say = ({ text }, { signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(text === 'bug' ? bug : (signal.reason as Error))),
      )
    await using pair = await openPair({ Say: say })

    await rejectionOf(pair.client.call('Say', { text: 'obedient' }, { timeoutMs: 20 }))
    await rejectionOf(pair.client.call('Say', { text: 'bug' }, { timeoutMs: 20, requestId: 'request-8' }))

    await eventually(() =>
      expect(pair.lines).toMatchObject([{ msg: 'internal error', err: bug, requestId: 'request-8' }]),
    )
  })

  test('that cannot be encoded or decoded is a bug of ours, not a failure of transport', async () => {
    const circular: { text: string; self?: unknown } = { text: 'hello' }
    circular.self = circular
    await using pair = await openPair()

    const caught = await rejectionOf(pair.client.call('Say', circular))

    expect(caught).toBeInstanceOf(TypeError)
  })

  test('larger than 1 MiB is a bug of ours, too', async () => {
    await using pair = await openPair()

    const caught = await rejectionOf(pair.client.call('Say', { text: 'x'.repeat(1024 * 1024) }))

    expect(caught).toMatchObject({ code: 'internal' })
  })
})

describe('a stream', () => {
  /** Sends `count` messages of 16 KiB and notes how far it has come. */
  const reciter = (count: number) => {
    const progress = { sent: 0, closed: false }
    async function* recite(_request: Said, { signal }: CallContext): AsyncGenerator<Said> {
      try {
        for (; progress.sent < count && !signal.aborted; progress.sent += 1) {
          yield { text: `${progress.sent}:${'x'.repeat(16 * 1024)}` }
        }
        await Promise.resolve()
      } finally {
        progress.closed = true
      }
    }
    return { progress, recite: recite satisfies Recite }
  }

  test('brings every message in order', async () => {
    const { recite } = reciter(200)
    await using pair = await openPair({ Recite: recite })
    const heard: number[] = []

    const messages = pair.client.stream('Recite', { text: 'go' }, { timeoutMs: 8_000 })
    for await (const { text } of messages) heard.push(parseInt(text))

    expect(heard).toEqual(Array.from({ length: 200 }, (_, index) => index))
  })

  test('holds the handler back while the client does not read', async () => {
    const { progress, recite } = reciter(10_000)
    await using pair = await openPair({ Recite: recite })
    const messages = pair.client.stream('Recite', { text: 'go' })[Symbol.asyncIterator]()

    await messages.next()
    let before = -1
    await eventually(() => {
      const now = progress.sent
      const stands = now === before
      before = now
      expect(stands).toBe(true)
    })

    expect(progress.sent).toBeLessThan(200)
    await messages.return?.()
  })

  test('that its reader leaves aborts the signal and closes the handler', async () => {
    const { progress, recite } = reciter(10_000)
    await using pair = await openPair({ Recite: recite })

    for await (const { text } of pair.client.stream('Recite', { text: 'go' })) if (parseInt(text) === 3) break

    await eventually(() => expect(progress.closed).toBe(true))
    expect(progress.sent).toBeLessThan(200)
  })

  test('that is cancelled throws in its reader', async () => {
    const cancel = new AbortController()
    const { progress, recite } = reciter(10_000)
    await using pair = await openPair({ Recite: recite })
    const read = async () => {
      for await (const { text } of pair.client.stream('Recite', { text: 'go' }, { signal: cancel.signal }))
        if (parseInt(text) === 3) cancel.abort()
    }

    const caught = await rejectionOf(read())

    expect(caught).toMatchObject({ code: 'deadline_exceeded', reason: 'CANCELLED' })
    await eventually(() => expect(progress.closed).toBe(true))
  })

  test('ends at its deadline though its handler hangs', async () => {
    const hangs: Recite = () => ({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    })
    await using pair = await openPair({ Recite: hangs })
    const read = async () => {
      for await (const { text } of pair.client.stream('Recite', { text: 'go' }, { timeoutMs: 50 }))
        expect(text).toBe('never')
    }

    const caught = await rejectionOf(read())

    expect(caught).toMatchObject({ code: 'deadline_exceeded', reason: 'DEADLINE_EXCEEDED' })
  })
})
