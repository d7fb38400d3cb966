import { expect, test } from '@jest/globals'
import { systemClock } from './clock.js'
import { drain } from './drain.js'

test('a stop is unready at once and goes on after the delay', async () => {
  const steps: string[] = []
  const clock = { ...systemClock, sleep: (ms: number) => Promise.resolve(void steps.push(`slept ${ms}`)) }

  await drain({ setDraining: () => void steps.push('unready') }, clock, 250).stop?.()

  expect(steps).toEqual(['unready', 'slept 250'])
})
