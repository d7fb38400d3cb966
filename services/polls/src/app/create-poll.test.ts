import { expect, test } from '@jest/globals'
import { aDraft, aPoll, aTheme, pollsOf, themesOf } from '../../test/builders.js'
import { makeCreatePoll } from './create-poll.js'
import type { Poll } from '../domain/poll.js'

const NOW = Date.UTC(2026, 0, 1)

const openWorld = (...stored: readonly Poll[]) => {
  const announced: number[] = []
  const polls = pollsOf(...stored)
  const announcer = { publishPollsChanged: (ids: readonly number[]) => void announced.push(...ids) }
  const createPoll = makeCreatePoll({
    polls: polls.store,
    themes: themesOf(aTheme()),
    announcer,
    clock: { now: () => NOW },
  })
  return { announced, asked: polls.asked, createPoll }
}

test('a poll is stored as it was normalized, and announced', async () => {
  const { announced, asked, createPoll } = openWorld()

  const poll = await createPoll(aDraft({ question: ' Which? ', theme: 'OnTrend' }), 'key-1')

  expect(poll).toMatchObject({ id: 1, question: 'Which?', theme: 'OnTrend', status: 'open' })
  expect(asked).toEqual([{ draft: aDraft({ question: 'Which?', theme: 'OnTrend' }), key: 'key-1' }])
  expect(announced).toEqual([1])
})

test('a poll that breaks the rules is neither stored nor announced', async () => {
  const { announced, asked, createPoll } = openWorld()

  await expect(createPoll(aDraft({ theme: 'on-trend' }), undefined)).rejects.toMatchObject({
    reason: 'INVALID_BODY',
  })

  expect({ announced, asked }).toEqual({ announced: [], asked: [] })
})

test('the key of a poll with the same content answers with that poll again', async () => {
  const { createPoll } = openWorld(aPoll({ id: 7, status: 'closed' }))

  const poll = await createPoll(aDraft({ options: ['Python ', ' Go'] }), 'key-1')

  expect(poll).toMatchObject({ id: 7, status: 'closed' })
})

test.each([
  ['question', { question: 'Another?' }],
  ['theme', { theme: 'OnTrend' }],
  ['option', { options: ['Python', 'Rust'] }],
  ['number of options', { options: ['Python', 'Go', 'Rust'] }],
  ['order of options', { options: ['Go', 'Python'] }],
  ['end', { closesAtUs: (NOW + 5) * 1_000 }],
  ['beginning', { opensAtUs: 5 }],
])('the key of a poll with another %s is refused', async (_what, parts) => {
  const { announced, createPoll } = openWorld(aPoll({ id: 7 }))

  await expect(createPoll(aDraft(parts), 'key-1')).rejects.toMatchObject({
    code: 'out_of_range',
    reason: 'IDEMPOTENCY_KEY_REUSED',
  })

  expect(announced).toEqual([])
})

test('a retry finds its poll after the end that it asks for, and only a retry', async () => {
  const ended = { closesAtUs: (NOW - 1) * 1_000 }
  const stored = aPoll({ ...ended, id: 7, status: 'closed', createdAtUs: (NOW - 2_000) * 1_000 })
  const nobody = { ...openWorld(), expected: { reason: 'INVALID_BODY' } }

  expect(await openWorld(stored).createPoll(aDraft(ended), 'key-1')).toMatchObject({ id: 7 })
  await expect(nobody.createPoll(aDraft(ended), 'key-1')).rejects.toMatchObject(nobody.expected)
  await expect(openWorld(stored).createPoll(aDraft(ended), undefined)).rejects.toMatchObject(nobody.expected)
})
