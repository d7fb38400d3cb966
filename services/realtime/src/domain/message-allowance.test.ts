import { expect, test } from '@jest/globals'
import { makeMessageAllowance } from './message-allowance.js'

test('ten messages at once are allowed, the eleventh is not', () => {
  const isAllowed = makeMessageAllowance()

  const answers = Array.from({ length: 11 }, () => isAllowed(0))

  expect(answers).toEqual([...Array.from({ length: 10 }, () => true), false])
})

test('ten messages a second are allowed for ever', () => {
  const isAllowed = makeMessageAllowance()

  const answers = Array.from({ length: 500 }, (_, index) => isAllowed(index * 100))

  expect(answers).not.toContain(false)
})

test('eleven within any one second are not, wherever that second begins', () => {
  const isAllowed = makeMessageAllowance()
  const times = [0, 600, 600, 600, 600, 600, 1_100, 1_100, 1_100, 1_100, 1_100, 1_599]

  const answers = times.map((atMs) => isAllowed(atMs))

  expect(answers).toEqual([...Array.from({ length: 11 }, () => true), false])
})
