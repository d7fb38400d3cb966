import { describe, expect, test } from '@jest/globals'
import { AppError, errorMapping, notFound } from '@votestream/errors'
import type { ErrorCode } from '@votestream/errors'
import { openPair, rejectionOf } from '../test/echo.js'
import type { Say } from '../test/echo.js'

const codes = Object.keys(errorMapping) as ErrorCode[]

describe('an error that a handler throws', () => {
  test.each(codes.filter((code) => code !== 'internal'))('arrives whole in the client: %s', async (code) => {
    const thrown = new AppError(code, 'SOME_REASON', 'für Menschen: \u2603 100 %', {
      details: [{ path: 'options[1].text', message: 'too long' }],
      retryAfterMs: 1500,
      voteId: '0190aaaa-0000-7000-8000-000000000001',
    })
    await using pair = await openPair({ Say: () => Promise.reject(thrown) })

    const caught = await rejectionOf(pair.client.call('Say', { text: 'hello' }))

    expect(caught).toBeInstanceOf(AppError)
    const { reason, message, details, retryAfterMs, voteId } = thrown
    expect(caught).toMatchObject({ code, reason, message, details, retryAfterMs, voteId })
    expect((caught as AppError).cause).toMatchObject({ code: errorMapping[code].grpc })
    expect(pair.lines).toEqual([])
  })

  test('leaves out what the thrower left out', async () => {
    await using pair = await openPair({
      Say: () => Promise.reject(notFound('POLL_NOT_FOUND', 'no such poll')),
    })

    const caught = await rejectionOf(pair.client.call('Say', { text: 'hello' }))

    expect(caught).toMatchObject({ details: [], retryAfterMs: undefined, voteId: undefined })
  })

  test.each([
    ['not an AppError', new TypeError('secret: the password')],
    ['an AppError of code internal', new AppError('internal', 'SECRET', 'secret: the password')],
    ['not even an Error', 'secret: the password' as unknown as Error],
  ])('is hidden and logged once with its cause and the request id when it is %s', async (_what, thrown) => {
    const say: Say = () => Promise.reject(thrown)
    await using pair = await openPair({ Say: say })

    const caught = await rejectionOf(pair.client.call('Say', { text: 'hello' }, { requestId: 'request-7' }))

    expect(caught).toMatchObject({
      code: 'internal',
      reason: 'INTERNAL',
      message: 'internal error',
      details: [],
    })
    expect(pair.lines).toEqual([
      { msg: 'internal error', err: thrown, requestId: 'request-7', method: 'test.v1.EchoService/Say' },
    ])
  })

  test('may be thrown before there is a promise', async () => {
    const say = () => {
      throw notFound('POLL_NOT_FOUND', 'no such poll')
    }
    await using pair = await openPair({ Say: say })

    const caught = await rejectionOf(pair.client.call('Say', { text: 'hello' }))

    expect(caught).toMatchObject({ code: 'not_found', reason: 'POLL_NOT_FOUND' })
  })

  test('arrives without the details that do not fit into a header', async () => {
    const details = Array.from({ length: 5_000 }, (_, index) => ({
      path: `options[${index}].text`,
      message: 'too long',
    }))
    const thrown = new AppError('invalid_argument', 'INVALID_BODY', 'x'.repeat(100_000), { details })
    await using pair = await openPair({ Say: () => Promise.reject(thrown) })

    const caught = (await rejectionOf(pair.client.call('Say', { text: 'hello' }))) as AppError

    expect(caught.reason).toBe('INVALID_BODY')
    expect(caught.details.length).toBeGreaterThan(20)
    expect(caught.details).toEqual(details.slice(0, caught.details.length))
  })

  test('arrives after the messages that came before it in a stream', async () => {
    async function* recite() {
      yield { text: 'one' }
      yield { text: 'two' }
      await Promise.resolve()
      throw notFound('POLL_NOT_FOUND', 'no such poll')
    }
    await using pair = await openPair({ Recite: recite })
    const heard: string[] = []
    const listen = async () => {
      for await (const { text } of pair.client.stream('Recite', { text: 'go' })) heard.push(text)
    }

    const caught = await rejectionOf(listen())

    expect(heard).toEqual(['one', 'two'])
    expect(caught).toMatchObject({ code: 'not_found', reason: 'POLL_NOT_FOUND' })
  })
})
