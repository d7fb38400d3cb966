import { expect, test } from '@jest/globals'
import { demoPolls } from './demo-polls.js'

test('the demo has a dozen polls over three themes, each with a key of its own', () => {
  expect(demoPolls).toHaveLength(12)
  expect(new Set(demoPolls.map(({ theme }) => theme)).size).toBe(3)
  expect(new Set(demoPolls.map(({ key }) => key)).size).toBe(12)
})

test('its votes choose options that exist', () => {
  expect(
    demoPolls.flatMap(({ votes, options }) => votes.filter((choice) => options[choice] === undefined)),
  ).toEqual([])
})

test('filling it in stays within half of the default rate limit', () => {
  const requests = demoPolls.reduce((sum, { votes }) => sum + 1 + votes.length, 0)

  expect(requests).toBeLessThanOrEqual(50)
})
