import { expect, test } from '@jest/globals'
import { notFound, unavailable } from '@votestream/errors'
import { fakeClock } from '@votestream/testing'
import type { Call } from '../domain/ports.js'
import { makeKeyedReads } from './keyed-reads.js'

type Fetch = (ids: readonly number[], call: Call) => Promise<readonly (readonly [number, string])[]>

const aWorld = (fetch: Fetch) => {
  const clock = fakeClock()
  const missing = (): Error => notFound('MISSING', 'missing')
  return { clock, read: makeKeyedReads({ fetch, missing, maxBatch: 3, clock }) }
}

const named = (ids: readonly number[]) => ids.map((id) => [id, `value ${id}`] as const)

test('reads of one turn share a call, and one id is asked for once', async () => {
  const calls: (readonly number[])[] = []
  const { read } = aWorld((ids) => {
    calls.push(ids)
    return Promise.resolve(named(ids))
  })

  const values = await Promise.all([read(1, 'a'), read(2, 'b'), read(1, 'c'), read(3, 'd')])

  expect(values).toEqual(['value 1', 'value 2', 'value 1', 'value 3'])
  expect(calls).toEqual([[1, 2], [3]])
})

test('what is not there is missing, and its neighbour is not', async () => {
  const { read } = aWorld((ids) => Promise.resolve(named(ids.filter((id) => id !== 1))))

  const [missing, there] = await Promise.allSettled([read(1, 'a'), read(2, 'b')])

  expect(missing).toMatchObject({ status: 'rejected', reason: { reason: 'MISSING' } })
  expect(there).toEqual({ status: 'fulfilled', value: 'value 2' })
})

test('a failed call fails its reads', async () => {
  const { read } = aWorld(() => Promise.reject(unavailable('UNAVAILABLE', 'away')))

  await expect(read(1, 'a')).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
})

test('a call has the time that its youngest read has left, and the id of its oldest', async () => {
  const calls: Call[] = []
  let answer: () => void = () => undefined
  const { read, clock } = aWorld(async (ids, call) => {
    calls.push(call)
    if (calls.length <= 2) await new Promise<void>((resolve) => (answer = resolve))
    return named(ids)
  })
  const settled: Promise<string>[] = []
  const start = async (id: number, requestId: string): Promise<void> => {
    settled.push(read(id, requestId))
    await clock.advance(0)
  }

  await start(1, 'first')
  await start(2, 'second')
  await start(3, 'third')
  await clock.advance(1_000)
  await start(4, 'fourth')
  answer()
  await clock.advance(0)

  expect(calls).toEqual([
    { timeoutMs: 2_700, requestId: 'first' },
    { timeoutMs: 2_700, requestId: 'second' },
    { timeoutMs: 2_700, requestId: 'third' },
  ])
})
