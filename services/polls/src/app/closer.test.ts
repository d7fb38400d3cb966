import { expect, test } from '@jest/globals'
import { unavailable } from '@votestream/errors'
import { silentLogger } from '@votestream/testing'
import type { StartedClose } from '../domain/ports.js'
import { makeCloser } from './closer.js'

const openWorld = (due: readonly StartedClose[], answer: (pollId: number) => Promise<boolean>) => {
  const told: string[] = []
  const note = (text: string): Promise<void> => Promise.resolve(void told.push(text))
  const closer = makeCloser({
    polls: {
      startClose: (pollId) => Promise.resolve(due.find((each) => each.pollId === pollId)),
      startDueCloses: (limit) => Promise.resolve(due.slice(0, limit)),
      finishClose: (pollId) => note(`closed ${pollId}`),
      putOffClose: (pollId) => note(`put off ${pollId}`),
    },
    votes: {
      closePoll: (pollId, closeId) => {
        told.push(`end ${pollId} ${closeId}`)
        return answer(pollId)
      },
    },
    announcer: { publishPollsChanged: (ids) => void told.push(`changed ${ids.join()}`) },
    logger: silentLogger,
  })
  return { told, closer }
}

const due = [1, 2].map((pollId) => ({ pollId, closeId: `closing-${pollId}` }))

test('a poll is told to be closing, ended in the log, closed, and told so', async () => {
  const { told, closer } = openWorld(due, () => Promise.resolve(true))

  await closer.close(1)

  expect(told).toEqual(['changed 1', 'end 1 closing-1', 'closed 1', 'changed 1'])
})

test('nothing is done for a poll that somebody else closes', async () => {
  const { told, closer } = openWorld(due, () => Promise.resolve(true))

  await closer.close(3)

  expect(told).toEqual([])
})

test.each([
  ['is not final', () => Promise.resolve(false)],
  ['cannot be asked', () => Promise.reject(unavailable('UNREACHABLE', 'away'))],
])('a poll that %s is put off and not closed', async (_what, answer) => {
  const { told, closer } = openWorld(due, answer)

  await closer.close(1)

  expect(told).toEqual(['changed 1', 'end 1 closing-1', 'put off 1'])
})

test('of several polls each is closed, whatever becomes of the others', async () => {
  const { told, closer } = openWorld(due, (pollId) => Promise.resolve(pollId === 2))

  expect(await closer.closeDue(10)).toEqual({ taken: 2, closed: 1 })
  expect(told).toContain('closed 2')
  expect(told).toContain('put off 1')
})
