import { describe, expect, test } from '@jest/globals'
import type { AppError } from '@votestream/errors'
import fc from 'fast-check'
import { aDraft } from '../../test/builders.js'
import { draftPoll } from './draft-poll.js'
import type { PollDraft } from './poll.js'

const NOW_US = Date.UTC(2026, 0, 1) * 1_000
const isTheme = (key: string): boolean => key === 'Sports'

const faultsOf = (asked: PollDraft): string[] => {
  try {
    draftPoll(asked, isTheme, NOW_US)
    return []
  } catch (error) {
    const { code, reason, details } = error as AppError
    expect({ code, reason }).toEqual({ code: 'invalid_argument', reason: 'INVALID_BODY' })
    return details.map(({ path }) => path)
  }
}

const someOptions = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `option ${index}`)

describe('a draft', () => {
  test('is normalized: NFC, without white space around', () => {
    const asked = aDraft({ question: ' \u00a0Cafe\u0301?\n', options: ['\tA\u030a', 'Go '], theme: 'Sports' })

    const draft = draftPoll(asked, isTheme, NOW_US)

    expect(draft).toMatchObject({ question: 'Caf\u00e9?', options: ['\u00c5', 'Go'], theme: 'Sports' })
  })

  test.each([
    ['the shortest question', aDraft({ question: '?' })],
    ['the longest question, in characters beyond the basic plane', aDraft({ question: '🔥'.repeat(300) })],
    ['a question that is long only before it is trimmed', aDraft({ question: `${' '.repeat(300)}?` })],
    ['a question that is long only before it is composed', aDraft({ question: 'e\u0301'.repeat(300) })],
    ['the fewest options', aDraft({ options: someOptions(2) })],
    ['the most options', aDraft({ options: someOptions(20) })],
    ['the longest option', aDraft({ options: ['🔥'.repeat(120), 'b'] })],
    ['options that differ in case only', aDraft({ options: ['go', 'Go'] })],
    ['a theme that exists', aDraft({ theme: 'Sports' })],
    ['no theme', aDraft({ theme: null })],
  ])('may have %s', (_what, asked) => {
    expect(faultsOf(asked)).toEqual([])
  })

  test.each([
    ['an empty question', aDraft({ question: '' }), ['question']],
    ['a question of white space', aDraft({ question: ' \u3000\ufeff' }), ['question']],
    ['a question of 301 characters', aDraft({ question: 'x'.repeat(301) }), ['question']],
    ['NUL in the question', aDraft({ question: 'a\0b' }), ['question']],
    ['a lone surrogate in the question', aDraft({ question: 'a\ud800b' }), ['question']],
    ['no options', aDraft({ options: [] }), ['options']],
    ['one option', aDraft({ options: someOptions(1) }), ['options']],
    ['21 options', aDraft({ options: someOptions(21) }), ['options']],
    ['an empty option', aDraft({ options: ['a', ' '] }), ['options[1].text']],
    ['an option of 121 characters', aDraft({ options: ['x'.repeat(121), 'b'] }), ['options[0].text']],
    ['NUL in an option', aDraft({ options: ['a', '\0'] }), ['options[1].text']],
    ['a lone surrogate in an option', aDraft({ options: ['a', '\udfff'] }), ['options[1].text']],
    ['the same option twice', aDraft({ options: ['a', 'b', 'a'] }), ['options[2].text']],
    [
      'options that are the same when composed',
      aDraft({ options: ['\u00e9', 'e\u0301'] }),
      ['options[1].text'],
    ],
    ['options that are the same when trimmed', aDraft({ options: ['a', 'a '] }), ['options[1].text']],
    ['a theme that does not exist', aDraft({ theme: 'Politics' }), ['theme']],
    ['an empty theme', aDraft({ theme: '' }), ['theme']],
    [
      'faults everywhere',
      aDraft({ question: '', options: ['', 'b', 'b'], theme: 'x' }),
      ['question', 'options[0].text', 'options[2].text', 'theme'],
    ],
  ])('must not have %s', (_what, asked, paths) => {
    expect(faultsOf(asked)).toEqual(paths)
  })

  test('that was accepted is accepted again, unchanged', () => {
    const text = fc.string({ unit: 'binary', maxLength: 130 })
    const asked = fc.record({
      question: text,
      options: fc.array(text, { maxLength: 22 }),
      theme: fc.constant(null),
      opensAtUs: fc.constant(null),
      closesAtUs: fc.constant(null),
    })

    fc.assert(
      fc.property(asked, (request) => {
        fc.pre(faultsOf(request).length === 0)
        const draft = draftPoll(request, isTheme, NOW_US)
        expect(draftPoll(draft, isTheme, NOW_US)).toEqual(draft)
      }),
    )
  })
})

describe('the times of a draft', () => {
  const atMs = (ms: number): number => NOW_US + ms * 1_000
  const year = 366 * 86_400_000

  test.each([
    ['none', {}],
    ['an end', { closesAtUs: atMs(1) }],
    ['a beginning in the past', { opensAtUs: atMs(-1) }],
    ['both, five years ahead', { opensAtUs: atMs(1), closesAtUs: atMs(5 * year) }],
  ])('may be %s', (_what, times) => {
    expect(draftPoll(aDraft(times), isTheme, NOW_US)).toEqual(aDraft(times))
  })

  test.each([
    ['an end now', { closesAtUs: atMs(0) }, ['closes_at']],
    ['an end when it begins', { opensAtUs: atMs(2), closesAtUs: atMs(2) }, ['closes_at']],
    [
      'an end before now and before it begins',
      { opensAtUs: atMs(2), closesAtUs: atMs(-2) },
      ['closes_at', 'closes_at'],
    ],
    [
      'a beginning and an end too far ahead',
      { opensAtUs: atMs(6 * year), closesAtUs: atMs(7 * year) },
      ['opens_at', 'closes_at'],
    ],
  ])('must not be %s', (_what, times, paths) => {
    expect(faultsOf(aDraft(times))).toEqual(paths)
  })
})
