import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { aRun, live } from '../../test/live-run.js'

// Some hundred worlds, on a machine that is busy with other suites.
jest.setTimeout(120_000)

const RUNS = 200
const PROBLEMS_TOLD = 10

describe('the live half', () => {
  test('shows the truth, forward only, or says that it is stale, whatever is lost', async () => {
    await fc.assert(
      fc.asyncProperty(aRun, async (chosen) => {
        expect((await live(chosen)).slice(0, PROBLEMS_TOLD)).toEqual([])
      }),
      { numRuns: RUNS },
    )
  })
})
