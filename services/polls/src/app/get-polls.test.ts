import { expect, test } from '@jest/globals'
import { aPoll, pollsOf, theLargestDraft } from '../../test/builders.js'
import { makeGetPolls } from './get-polls.js'

test('polls come in the order asked for, each once, without those that do not exist', async () => {
  const { store } = pollsOf(aPoll({ id: 1 }), aPoll({ id: 2 }), aPoll({ id: 3 }))

  const polls = await makeGetPolls({ polls: store })([3, 99, 1, 3])

  expect(polls.map(({ id }) => id)).toEqual([3, 1])
})

test('an id that no poll can have is not asked for', async () => {
  const { asked, store } = pollsOf()

  await makeGetPolls({ polls: store })([0, -1, 1.5, 2 ** 53, 2 ** 64, 5])

  expect(asked).toEqual([[5]])
})

test('more than 1,000 ids at once are refused', async () => {
  const { store } = pollsOf()
  const ids = Array.from({ length: 1_001 }, (_, index) => index + 1)

  await expect(makeGetPolls({ polls: store })(ids)).rejects.toMatchObject({ reason: 'INVALID_QUERY' })
})

test('90 polls of the largest kind fit into an answer, 100 are too many', async () => {
  const { store } = pollsOf(
    ...Array.from({ length: 100 }, (_, index) => aPoll({ ...theLargestDraft(), id: index + 1 })),
  )
  const ids = Array.from({ length: 100 }, (_, index) => index + 1)
  const getPolls = makeGetPolls({ polls: store })

  expect(await getPolls(ids.slice(0, 90))).toHaveLength(90)
  await expect(getPolls(ids)).rejects.toMatchObject({
    code: 'resource_exhausted',
    reason: 'ANSWER_TOO_LARGE',
  })
})
