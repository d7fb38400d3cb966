import { expect, test } from '@jest/globals'
import { planOf, shrink } from './cli/try-seed.js'
import { run } from './run.js'

/** Seeds of the full mode with every kind of step; found by looking. */
const SEED = 3
const MOST_SEEDS = 60

/** The first seed that fails when the store has this fault. */
const firstFailure = async (flaw: 'no fence' | 'forgets a row' | 'counts twice') => {
  for (let seed = 0; seed < MOST_SEEDS; seed++)
    if ((await run(planOf(seed), { flaw })).violations.length > 0) return seed
  return undefined
}

test('the same seed gives the same run, event by event', async () => {
  const [first, second] = [await run(planOf(SEED)), await run(planOf(SEED))]

  expect(first.votes).toBeGreaterThan(0)
  expect(second.traceHash).toBe(first.traceHash)
  expect(second.coverage).toEqual(first.coverage)
})

test('another seed gives another run', async () => {
  const [first, second] = [await run(planOf(SEED)), await run(planOf(SEED + 1))]

  expect(second.traceHash).not.toBe(first.traceHash)
})

test('a plan that was printed gives the run that it was printed for', async () => {
  const plan = planOf(SEED)

  const replayed = await run(JSON.parse(JSON.stringify(plan)) as typeof plan)

  expect(replayed.traceHash).toBe((await run(plan)).traceHash)
})

test.each(['no fence', 'forgets a row', 'counts twice'] as const)(
  'a store with the fault "%s" is found out',
  async (flaw) => {
    expect(await firstFailure(flaw)).toBeDefined()
  },
  60_000,
)

test('a failure shrinks to a plan that a person can read', async () => {
  const seed = await firstFailure('forgets a row')

  const shrunk = await shrink(seed ?? 0, { flaw: 'forgets a row' })

  expect(shrunk?.outcome.violations).not.toEqual([])
  expect(shrunk?.plan.steps.length).toBeLessThan(planOf(seed ?? 0).steps.length / 2)
  expect(shrunk?.plan.faults).toEqual([])
}, 90_000)
