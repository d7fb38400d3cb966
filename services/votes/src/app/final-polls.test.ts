import { expect, test } from '@jest/globals'
import { unavailable } from '@votestream/errors'
import { silentLogger } from '@votestream/testing'
import { aBallot } from '../../test/builders.js'
import type { Ballot } from '../domain/ballot.js'
import type { PollStatus } from '../domain/results.js'
import { makeAppendOrJudge, makeFinalPolls } from './final-polls.js'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const aStore = (status: PollStatus) => {
  const asked: number[] = []
  const readResults = (pollIds: readonly number[]) => {
    asked.push(...pollIds)
    return Promise.resolve(pollIds.map((pollId) => ({ pollId, version: 1, counts: [], status, asOfUs: 0 })))
  }
  return { asked, readResults }
}

test('a poll is final only when the store says that it is closed', async () => {
  const closing = makeFinalPolls({ store: aStore('closing'), logger: silentLogger })
  const closed = makeFinalPolls({ store: aStore('closed'), logger: silentLogger })

  closing.suspect(1)
  closed.suspect(1)
  await turn()

  expect([closing.has(1), closed.has(1), closed.has(2)]).toEqual([false, true, false])
})

test('a suspicion is looked into once at a time, and again after the store was away', async () => {
  const { asked, readResults } = aStore('closed')
  let isAway = true
  const store = {
    readResults: (pollIds: readonly number[]) =>
      isAway ? Promise.reject(new Error('away')) : readResults(pollIds),
  }
  const final = makeFinalPolls({ store, logger: silentLogger })

  final.suspect(1)
  await turn()
  expect(final.has(1)).toBe(false)
  isAway = false
  final.suspect(1)
  final.suspect(1)
  await turn()
  final.suspect(1)

  expect(final.has(1)).toBe(true)
  expect(asked).toEqual([1])
})

const isFinal = { has: (pollId: number) => pollId === 9 }
const appended = (ballots: readonly Ballot[]) =>
  Promise.resolve(ballots.map((_, offset) => ({ status: 'appended' as const, partition: 0, offset })))

test('only ballots of polls that are not final go to the log; the others are judged, each in its place', async () => {
  const judgeLate = (ballots: readonly Ballot[]) =>
    Promise.resolve(ballots.map(() => ({ status: 'rejected' as const, reason: 'POLL_CLOSED' as const })))
  const append = makeAppendOrJudge({ final: isFinal, log: { append: appended }, store: { judgeLate } })

  const outcomes = await append([1, 9, 2].map((pollId) => aBallot({ pollId })))

  expect(outcomes).toEqual([
    { status: 'appended', partition: 0, offset: 0 },
    { status: 'rejected', reason: 'POLL_CLOSED' },
    { status: 'appended', partition: 0, offset: 1 },
  ])
})

test('nothing is said of a late ballot while the store cannot be asked', async () => {
  const judgeLate = () => Promise.reject(unavailable('DATABASE_UNAVAILABLE', 'away', { retryAfterMs: 300 }))
  const append = makeAppendOrJudge({ final: isFinal, log: { append: appended }, store: { judgeLate } })

  expect(await append([aBallot({ pollId: 9 })])).toEqual([
    { status: 'refused', reason: 'UNAVAILABLE', retryAfterMs: 300 },
  ])
})
