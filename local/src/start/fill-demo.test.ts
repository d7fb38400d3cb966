import { expect, test } from '@jest/globals'
import { fillDemo } from './fill-demo.js'
import type { PublicApi } from './public-api.js'

/** Answers like the gateway: the same key gives the same poll, and is the same vote. */
function anApi() {
  const polls = new Map<string, number>()
  const votes = new Set<string>()
  const api: PublicApi = {
    newestPoll: () => Promise.resolve(undefined),
    createPoll: ({ idempotencyKey }) => {
      if (!polls.has(idempotencyKey)) polls.set(idempotencyKey, polls.size + 1)
      return Promise.resolve({ id: polls.get(idempotencyKey) ?? 0 })
    },
    vote: (pollId, { idempotencyKey }) => {
      votes.add(`${pollId} ${idempotencyKey}`)
      return Promise.resolve()
    },
  }
  return { api, polls, votes }
}

test('filling in the demo twice adds nothing the second time', async () => {
  const { api, polls, votes } = anApi()
  await fillDemo(api)
  const after = [polls.size, votes.size]

  await fillDemo(api)

  expect(after[0]).toBe(12)
  expect([polls.size, votes.size]).toEqual(after)
})
