import { expect, test } from '@jest/globals'
import type { Results } from '../../../domain/results.js'
import type { Answer, Exchange } from '../exchange.js'
import { makeGetResultsHandler } from './get-results.js'

const results: Results = {
  ...{ pollId: 1, version: 17, counts: [9], status: 'closing', stale: false },
  asOfUs: Date.UTC(2026, 10, 23) * 1_000,
}
const poll = { id: 1, question: 'q', options: ['a', 'b'] }

const ask = (found: Results, ifNoneMatch: string): Promise<Answer | undefined> => {
  const exchange = {
    requestId: 'r',
    request: { headers: { 'if-none-match': ifNoneMatch } },
  } as unknown as Exchange
  return makeGetResultsHandler(() => Promise.resolve({ poll, results: found }))(exchange, '1')
}

test('what the client has already is not sent again', async () => {
  expect(await ask(results, 'W/"17"')).toEqual({
    status: 304,
    headers: { ETag: 'W/"17"', 'Cache-Control': 'no-cache' },
  })
})

test.each(['W/"17"', '*'])(
  'a stale document is always sent, whatever the client has (%s), and is not kept',
  async (tag) => {
    const answer = await ask({ ...results, stale: true }, tag)

    expect(answer).toMatchObject({ status: 200, json: { version: 17, stale: true, status: 'closing' } })
    expect(answer?.headers).toBeUndefined()
  },
)

test('an option that nobody chose has no votes, and the total is the sum', async () => {
  expect(await ask(results, '')).toMatchObject({
    json: {
      total_votes: 9,
      options: [
        { index: 0, text: 'a', votes: 9 },
        { index: 1, text: 'b', votes: 0 },
      ],
    },
  })
})
