import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import fc from 'fast-check'
import { makeBatcher } from './batcher.js'

/** What the world does to one item, and what its batch does to the slot. */
const step = fc.record({
  deadlineMs: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
  cancelAfterMs: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
  pauseMs: fc.integer({ min: 0, max: 8 }),
  serviceMs: fc.integer({ min: 0, max: 12 }),
  end: fc.constantFrom('resolve', 'reject', 'throw', 'forget'),
  freesSlot: fc.boolean(),
})

const limits = fc.record({
  maxInFlight: fc.integer({ min: 1, max: 3 }),
  maxBatch: fc.integer({ min: 1, max: 4 }),
  maxQueued: fc.integer({ min: 1, max: 6 }),
  spacingMs: fc.integer({ min: 0, max: 5 }),
})

test('every item settles exactly once, in order, and no bound is ever passed', async () => {
  await fc.assert(
    fc.asyncProperty(limits, fc.array(step, { minLength: 1, maxLength: 40 }), async (bounds, steps) => {
      const clock = fakeClock()
      const sent: number[] = []
      const settled = new Map<number, number>()
      const excesses: string[] = []
      const guard = (name: string, value: number, max: number): void => {
        if (value > max) excesses.push(`${name} ${value}`)
      }

      const batcher = makeBatcher<number, number>({
        ...bounds,
        clock,
        overloaded: () => new Error('overloaded'),
        expired: () => new Error('expired'),
        send: async (items, batch) => {
          guard('batch', items.length, bounds.maxBatch)
          guard('in flight', batcher.inFlight, bounds.maxInFlight)
          sent.push(...items)
          const plan = steps[items[0] ?? 0]
          if (plan?.freesSlot) batch.freeSlot()
          await clock.sleep(plan?.serviceMs ?? 0)
          if (plan?.end === 'throw') throw new Error('thrown')
          for (const [index, item] of items.entries()) {
            if (plan?.end === 'resolve') batch.resolve(index, item)
            if (plan?.end === 'reject') batch.reject(index, new Error('rejected'))
            batch.resolve(index, -1) // a second answer changes nothing, a forgotten item gets a wrong one
          }
        },
      })

      for (const [item, plan] of steps.entries()) {
        const abort = new AbortController()
        const count = (): void => void settled.set(item, (settled.get(item) ?? 0) + 1)
        batcher
          .submit(item, {
            signal: abort.signal,
            ...(plan.deadlineMs === undefined ? {} : { deadlineAt: clock.now() + plan.deadlineMs }),
          })
          .then((result) => {
            count()
            if (result !== item && result !== -1) excesses.push(`item ${item} got ${result}`)
          }, count)
        guard('queued', batcher.queued, bounds.maxQueued)
        if (plan.cancelAfterMs !== undefined) clock.setTimeout(() => abort.abort(), plan.cancelAfterMs)
        await clock.advance(plan.pauseMs)
      }
      await clock.advance(60_000)
      const closing = batcher.close()
      await clock.advance(60_000)
      await closing

      expect(excesses).toEqual([])
      expect([...settled.keys()].sort((a, b) => a - b)).toEqual(steps.map((_plan, item) => item))
      expect([...settled.values()].every((times) => times === 1)).toBe(true)
      expect(sent).toEqual([...sent].sort((a, b) => a - b))
      expect(new Set(sent).size).toBe(sent.length)
      expect([batcher.queued, batcher.inFlight]).toEqual([0, 0])
    }),
    { numRuns: 300 },
  )
})
