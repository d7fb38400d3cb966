import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { publicApi } from './public-api.js'

interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body: string
}

async function aServer(
  answers: readonly Answer[],
): Promise<AsyncDisposable & { url: string; requests: string[] }> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const {
      status,
      headers = {},
      body,
    } = answers[Math.min(requests.length, answers.length - 1)] ?? { status: 500, body: '' }
    requests.push(
      `${request.method ?? ''} ${request.url ?? ''} ${String(request.headers['idempotency-key'])}`,
    )
    response.writeHead(status, headers).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: close,
  }
}

const signal = new AbortController().signal

test('asks again, with the same key, when it is turned away for a while', async () => {
  await using server = await aServer([
    { status: 429, headers: { 'retry-after': '0' }, body: '' },
    { status: 503, headers: { 'retry-after': '0' }, body: '' },
    { status: 201, body: '{"id":7}' },
  ])

  const poll = await publicApi(server.url, signal).createPoll({ body: {}, idempotencyKey: 'k' })

  expect(poll).toEqual({ id: 7 })
  expect(server.requests).toEqual(['POST /polls k', 'POST /polls k', 'POST /polls k'])
})

test('a refusal that would stay is told with its answer', async () => {
  await using server = await aServer([{ status: 400, body: '{"reason":"INVALID_BODY"}' }])

  await expect(publicApi(server.url, signal).vote(1, { body: {}, idempotencyKey: 'k' })).rejects.toThrow(
    'INVALID_BODY',
  )
})

test('the newest poll is the first of the list, if there is one', async () => {
  await using server = await aServer([
    { status: 200, body: '[]' },
    { status: 200, body: '[{"id":3,"question":"?"}]' },
  ])
  const api = publicApi(server.url, signal)

  expect([await api.newestPoll(), await api.newestPoll()]).toEqual([undefined, { id: 3 }])
})
