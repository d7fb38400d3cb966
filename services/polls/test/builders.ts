import type { Poll, PollDraft } from '../src/domain/poll.js'
import type { PollStore, ThemeStore } from '../src/domain/ports.js'
import type { Theme } from '../src/domain/theme.js'

/** What an author may ask for. */
export const aDraft = (parts: Partial<PollDraft> = {}): PollDraft => ({
  question: 'Which language?',
  theme: null,
  options: ['Python', 'Go'],
  opensAtUs: null,
  closesAtUs: null,
  ...parts,
})

export const aPoll = (parts: Partial<Poll> = {}): Poll => ({
  ...aDraft(),
  id: 1,
  status: 'open',
  createdAtUs: 1_767_225_600_000_000,
  closedAtUs: null,
  ...parts,
})

/** A poll as heavy as the rules allow: every character takes four bytes. */
export const theLargestDraft = (): PollDraft => ({
  ...aDraft(),
  question: '🔥'.repeat(300),
  theme: 'MoralDilemmas',
  options: Array.from({ length: 20 }, (_, index) => `${'🔥'.repeat(118)}${String(index).padStart(2, '0')}`),
})

export const aTheme = (parts: Partial<Theme> = {}): Theme => ({
  key: 'OnTrend',
  slug: 'on-trend',
  name: 'On Trend',
  description: 'What everybody is talking about right now.',
  color: '#e4572e',
  icon: '🔥',
  pollCount: 0,
  ...parts,
})

/** Themes in memory. */
export const themesOf = (...themes: readonly Theme[]): ThemeStore => ({
  findAll: () => Promise.resolve(themes),
})

/** Polls in memory, with what they were asked for. */
export const pollsOf = (...polls: readonly Poll[]) => {
  const asked: unknown[] = []
  const store: PollStore = {
    insert: (draft, key) => {
      asked.push({ draft, key })
      return Promise.resolve(polls[0] ?? aPoll(draft))
    },
    findByIds: (ids) => {
      asked.push(ids)
      return Promise.resolve(polls.filter(({ id }) => ids.includes(id)))
    },
    list: (filter, limit) => {
      asked.push({ filter, limit })
      return Promise.resolve(polls.slice(0, limit))
    },
    findByKey: (key) => {
      asked.push({ key })
      return Promise.resolve(polls[0])
    },
    count: () => Promise.resolve(polls.length),
    startClose: () => Promise.resolve(undefined),
    startDueCloses: () => Promise.resolve([]),
    finishClose: () => Promise.resolve(),
    putOffClose: () => Promise.resolve(),
  }
  return { store, asked }
}
