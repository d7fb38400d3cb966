import { expect, test } from '@jest/globals'
import { notFound } from '@votestream/errors'
import { makeGetPollText, type PollText } from './get-poll.js'

const aText = (id: number): PollText => ({ id, question: `question ${id}`, options: ['a', 'b'] })

const aWorld = (read: (id: number) => Promise<PollText> = (id) => Promise.resolve(aText(id))) => {
  const asked: number[] = []
  const counts = { hits: 0, misses: 0 }
  const getPollText = makeGetPollText({
    getPoll: (id) => {
      asked.push(id)
      return read(id)
    },
    cache: { hit: () => (counts.hits += 1), miss: () => (counts.misses += 1) },
  })
  return { asked, counts, read: (id: number) => getPollText(id, 'request') }
}

test('a text is asked for once', async () => {
  const { asked, counts, read } = aWorld()

  const texts = [await read(1), await read(1), await read(1)]

  expect(texts).toEqual([aText(1), aText(1), aText(1)])
  expect(asked).toEqual([1])
  expect(counts).toEqual({ hits: 2, misses: 1 })
})

test('that a poll does not exist is asked again each time: it may come to exist', async () => {
  let exists = false
  const { asked, read } = aWorld((id) =>
    exists ? Promise.resolve(aText(id)) : Promise.reject(notFound('POLL_NOT_FOUND', 'no')),
  )

  await expect(read(1)).rejects.toMatchObject({ reason: 'POLL_NOT_FOUND' })
  exists = true

  expect(await read(1)).toEqual(aText(1))
  expect(asked).toEqual([1, 1])
})

test('ten thousand texts are kept, and the one used longest ago gives way', async () => {
  const { asked, read } = aWorld()
  for (let id = 1; id <= 10_000; id++) await read(id)

  await read(1)
  await read(10_001)
  asked.length = 0
  await read(1)
  await read(2)

  expect(asked).toEqual([2])
})
