import { describe, expect, test } from '@jest/globals'
import { aPoll, aTheme, pollsOf, theLargestDraft, themesOf } from '../../test/builders.js'
import type { Poll } from '../domain/poll.js'
import { makeListPolls } from './list-polls.js'

const openWorld = (...stored: readonly Poll[]) => {
  const polls = pollsOf(...stored)
  return { asked: polls.asked, listPolls: makeListPolls({ polls: polls.store, themes: themesOf(aTheme()) }) }
}

const newestFirst = (...ids: readonly number[]): Poll[] => ids.map((id) => aPoll({ id }))

describe('a page', () => {
  test('has 100 polls by default, of every theme and status', async () => {
    const { asked, listPolls } = openWorld()

    expect(await listPolls({})).toEqual({ polls: [], nextAfterId: undefined })

    expect(asked).toEqual([
      { filter: { theme: undefined, status: undefined, beforeId: undefined }, limit: 101 },
    ])
  })

  test.each(['OnTrend', 'on-trend'])('takes a theme by its key or its slug: %s', async (theme) => {
    const { asked, listPolls } = openWorld()

    await listPolls({ theme, status: 'open', limit: 5, afterId: 9 })

    expect(asked).toEqual([{ filter: { theme: 'OnTrend', status: 'open', beforeId: 9 }, limit: 6 }])
  })

  test('of a theme that does not exist is an error', async () => {
    const { listPolls } = openWorld()

    await expect(listPolls({ theme: 'Politics' })).rejects.toMatchObject({
      code: 'not_found',
      reason: 'THEME_NOT_FOUND',
    })
  })

  test.each([{ limit: 201 }, { limit: -1 }, { limit: 1.5 }, { afterId: -1 }, { afterId: 2 ** 53 }])(
    'that is asked for with %j is an error',
    async (query) => {
      const { listPolls } = openWorld()

      await expect(listPolls(query)).rejects.toMatchObject({
        code: 'invalid_argument',
        reason: 'INVALID_QUERY',
      })
    },
  )

  test('tells where the next one begins when there is one', async () => {
    const { listPolls } = openWorld(...newestFirst(9, 8, 7))

    const { polls, nextAfterId } = await listPolls({ limit: 2 })

    expect(polls.map(({ id }) => id)).toEqual([9, 8])
    expect(nextAfterId).toBe(8)
  })

  test('is the last one when nothing is behind it', async () => {
    const { listPolls } = openWorld(...newestFirst(9, 8))

    expect((await listPolls({ limit: 2 })).nextAfterId).toBeUndefined()
  })

  test('ends early when its polls are too large for one answer', async () => {
    const large = Array.from({ length: 200 }, (_, index) => aPoll({ ...theLargestDraft(), id: 200 - index }))
    const { listPolls } = openWorld(...large)

    const { polls, nextAfterId } = await listPolls({ limit: 200 })

    expect(polls.length).toBeGreaterThanOrEqual(90)
    expect(polls.length).toBeLessThan(100)
    expect(nextAfterId).toBe(polls.at(-1)?.id)
  })
})
