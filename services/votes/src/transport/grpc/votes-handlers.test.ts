import { expect, test } from '@jest/globals'
import type { Results, UnknownResults } from '../../domain/results.js'
import { votesHandlers } from './votes-handlers.js'

const unused = () => Promise.reject(new Error('not used here'))
const context = { requestId: 'test', deadlineAt: 0, signal: new AbortController().signal }

const answerTo = async (results: readonly (Results | UnknownResults)[]) => {
  const { GetResults } = votesHandlers({
    castVotes: async function* () {},
    ...{ getResults: () => Promise.resolve(results), getVote: unused, getStats: unused, closePoll: unused },
  })
  return await GetResults({ pollIds: results.map(({ pollId }) => pollId) }, context)
}

test('says of results whether they are stale or unknown, and neither of what was read from the record', async () => {
  const known: Results = { pollId: 1, version: 2, counts: [2], status: 'closed', asOfUs: 3 }

  const answer = await answerTo([known, { ...known, stale: true }, { pollId: 2, unknown: true }])

  const said = { pollId: 1, version: 2, counts: [2], status: 'POLL_STATUS_CLOSED', asOfUs: 3 }
  expect(answer).toEqual({ results: [said, { ...said, stale: true }, { pollId: 2, unknown: true }] })
})
