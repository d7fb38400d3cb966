import { expect, test } from '@jest/globals'
import { aBallot, aBatch } from '../builders.js'
import { openStore } from '../world.js'

test('a poison record whose text the quarantine cannot hold is set aside all the same', async () => {
  await using world = await openStore()
  await world.store.openLog('kafka', 2)
  const poison = aBatch(0, 1, [aBallot({ choice: 99, requestId: 'a\u0000b' })])

  const folded = await world.store.quarantine(poison, new Error('refused'))

  expect(folded.batches[0]?.verdicts).toEqual([{ status: 'rejected', reason: 'QUARANTINED' }])
  expect((await world.store.readBookmarks()).get(0)).toBe(2)
})
