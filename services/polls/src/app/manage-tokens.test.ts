import { expect, test } from '@jest/globals'
import { makeManageTokens } from './manage-tokens.js'

const tokens = makeManageTokens('a secret of thirty-two characters')

test('a token belongs to one poll and one secret, and is the same each time', () => {
  const others = makeManageTokens('another secret of some characters')

  expect(tokens.of(1)).toMatch(/^vsm_[\w-]{43}$/)
  expect(tokens.of(1)).toBe(tokens.of(1))
  expect(new Set([tokens.of(1), tokens.of(2), others.of(1)]).size).toBe(3)
})

test('only the whole token of the poll is its token', () => {
  const token = tokens.of(7)

  expect(tokens.isOf(7, token)).toBe(true)
  const wrong = ['', 'vsm_', token.slice(0, -1), `${token}A`, token.toLowerCase(), tokens.of(8), ` ${token}`]
  expect(wrong.filter((text) => tokens.isOf(7, text))).toEqual([])
})
