import fc from 'fast-check'
import { planArbitrary, type Plan } from '../plan.js'
import { run, type Outcome, type RunOptions } from '../run.js'

/** A person waits for the small plan; fast-check halves quickly at first. */
const SHRINK_WITHIN_MS = 60_000

/** The plan that a seed stands for. */
export const planOf = (seed: number): Plan => {
  const [plan] = fc.sample(planArbitrary, { seed, numRuns: 1 })
  if (!plan) throw new Error(`seed ${seed} gives no plan`)
  return plan
}

export interface Shrunk {
  readonly plan: Plan
  readonly outcome: Outcome
  readonly steps: number
}

/** The smallest plan that fast-check finds in time which still fails; undefined when the seed does not fail. */
export const shrink = async (seed: number, options: RunOptions = {}): Promise<Shrunk | undefined> => {
  const property = fc.asyncProperty(planArbitrary, async (plan) => {
    const { violations } = await run(plan, options)
    return violations.length === 0
  })
  const limits = { interruptAfterTimeLimit: SHRINK_WITHIN_MS, markInterruptAsFailure: false }
  const details = await fc.check(property, { seed, numRuns: 1, ...limits })
  const [plan] = details.counterexample ?? []
  if (!plan) return undefined
  return { plan, outcome: await run(plan, options), steps: details.numShrinks }
}
