import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import type { Appended } from '../domain/ports.js'
import { makeClosePoll } from './close-poll.js'

const CLOSE = { pollId: 1, closeId: randomUUID() }

/** A log of three partitions. `answers`: what the store says, look by look; the last one stays. */
const aWorld = (answers: (readonly number[])[], outcome?: Appended) => {
  const clock = fakeClock()
  const closed: (readonly number[])[] = []
  const log = {
    close: (_close: object, partitions: readonly number[]): Promise<readonly Appended[]> => {
      closed.push(partitions)
      return Promise.resolve(
        partitions.map((partition) => outcome ?? { status: 'appended', partition, offset: 1 }),
      )
    },
  }
  const store = {
    partitionsStillOpen: () =>
      Promise.resolve((answers.length > 1 ? answers.shift() : answers[0]) as readonly number[]),
  }
  const caller = new AbortController()
  const call = { deadlineAt: clock.now() + 1_000, signal: caller.signal }
  return { clock, closed, caller, call, close: makeClosePoll({ store, log, clock }) }
}

test('ends a poll where it has not ended, and waits for the fold', async () => {
  const { close, closed, call, clock } = aWorld([[0, 2], [2], []])

  const final = close(CLOSE, call)
  await clock.advance(25)
  await clock.advance(25)

  expect(await final).toBe(true)
  expect(closed).toEqual([[0, 2]])
})

test('a poll that has ended everywhere is given to no log', async () => {
  const { close, closed, call } = aWorld([[]])

  expect(await close(CLOSE, call)).toBe(true)
  expect(closed).toEqual([])
})

test('says before its deadline that the poll is still closing', async () => {
  const { close, call, clock } = aWorld([[0]])

  const final = close(CLOSE, call)
  for (let ms = 0; ms < 1_000; ms += 25) await clock.advance(25)

  expect(await final).toBe(false)
})

test('stops waiting for a caller that is gone', async () => {
  const { close, call, caller } = aWorld([[0]])

  const final = close(CLOSE, call)
  caller.abort()

  expect(await final).toBe(false)
})

test('fails when the log takes no end', async () => {
  const { close, call } = aWorld([[0]], { status: 'refused', reason: 'OVERLOADED', retryAfterMs: 700 })

  await expect(close(CLOSE, call)).rejects.toMatchObject({
    ...{ code: 'unavailable', reason: 'OVERLOADED', retryAfterMs: 700 },
  })
})
