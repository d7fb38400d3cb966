import { expect, jest, test } from '@jest/globals'
import { CommitUnknown } from '@votestream/postgres'
import { eventually } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import type { VoteStore } from '../../src/domain/ports.js'
import { partitionOf } from '../../src/domain/partition.js'
import type { Ballot } from '../../src/domain/ballot.js'
import { aBallot } from '../builders.js'
import { aPool, aTopic, openKafkaLog } from '../world.js'
import { asOperator, PATIENCE } from './brokers.js'

jest.setTimeout(60_000)

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A store that can be made to hang or fail. */
const disturbed = () => {
  const trouble: { until: Promise<void>; error: Error | undefined } = {
    until: Promise.resolve(),
    error: undefined,
  }
  const disturb = (store: VoteStore): VoteStore => {
    const first = async (): Promise<void> => {
      await trouble.until
      if (trouble.error) throw trouble.error
    }
    return {
      ...store,
      fold: (batches) => first().then(() => store.fold(batches)),
      readBookmarks: () => first().then(() => store.readBookmarks()),
    }
  }
  return { trouble, disturb }
}

const generationOf = (topic: string): Promise<readonly string[]> =>
  asOperator(async (admin) => {
    const { groups } = await admin.describeGroups([`${topic}-fold`])
    return groups.flatMap(({ members }) => members.map(({ memberId }) => memberId))
  })

test('a store that hangs for 8 seconds costs no member its place, and all is folded afterwards', async () => {
  const { trouble, disturb } = disturbed()
  const topic = aTopic()
  await using world = await openKafkaLog({ topic, disturb })
  await world.cast(aBallot())
  const before = await generationOf(topic)

  trouble.until = sleep(8_000)
  const verdicts = Array.from({ length: 20 }, () => world.cast(aBallot()))
  await eventually(() => expect(world.log.foldFailing).toBe(true), PATIENCE)
  const meanwhile = await world.log.append([aBallot()])
  await Promise.all(verdicts)

  expect(meanwhile).toMatchObject([{ status: 'appended' }])
  expect(await generationOf(topic)).toEqual(before)
  await eventually(async () => expect(await world.countsOf(1)).toEqual([22]), PATIENCE)
  await eventually(() => expect(world.log.foldFailing).toBe(false), PATIENCE)
  expect(world.fatal).toEqual([])
})

test('a store that fails for 3 seconds is said to fail, and heals', async () => {
  const { trouble, disturb } = disturbed()
  await using world = await openKafkaLog({ disturb })
  await world.cast(aBallot())

  trouble.error = new Error('away')
  const verdicts = Array.from({ length: 20 }, () => world.cast(aBallot()))
  await eventually(() => expect(world.log.foldFailing).toBe(true), PATIENCE)
  await sleep(3_000)
  trouble.error = undefined
  const backMs = performance.now()
  await Promise.all(verdicts)

  expect(performance.now() - backMs).toBeLessThan(5_000)
  await eventually(() => expect(world.log.foldFailing).toBe(false), { timeoutMs: 1_000 })
  expect(await world.countsOf(1)).toEqual([21])
})

test('folds that were committed but reported as failed count once, and the verdicts come', async () => {
  const lost = { folds: 0 }
  await using world = await openKafkaLog({
    disturb: (store) => ({
      ...store,
      fold: async (batches) => {
        const folded = await store.fold(batches)
        if (lost.folds++ % 2 === 0) throw new CommitUnknown('the connection broke at COMMIT')
        return folded
      },
    }),
  })
  const [ballotKey, retried] = [randomUUID(), aBallot()]
  const ballots = [aBallot({ ballotKey }), aBallot({ ballotKey }), retried, retried]

  const verdicts = await Promise.all(ballots.map((ballot) => world.cast(ballot)))

  expect(verdicts.map(({ status }) => status)).toEqual(['counted', 'rejected', 'counted', 'counted'])
  expect(await world.countsOf(1)).toEqual([2])
  await eventually(() => expect(lost.folds).toBeGreaterThan(1)) // the verdicts may have been looked up
  expect(world.log.foldFailing).toBe(false)
})

const ballotIn = (partition: number, partitions: number): Ballot => {
  for (;;) {
    const ballot = aBallot()
    if (partitionOf(ballot.pollId, ballot.ballotKey, partitions) === partition) return ballot
  }
}

test('a partition whose bookmark somebody holds for 3 seconds holds up no other', async () => {
  const PARTITIONS = 3
  await using world = await openKafkaLog({ partitions: PARTITIONS })
  const p99Of = async (durationMs: number): Promise<number> => {
    const [latencies, endMs] = [[] as number[], performance.now() + durationMs]
    const voter = async (partition: number): Promise<void> => {
      while (performance.now() < endMs) {
        const startMs = performance.now()
        await world.cast(ballotIn(partition, PARTITIONS))
        latencies.push(performance.now() - startMs)
      }
    }
    await Promise.all([1, 1, 1, 2, 2, 2].map(voter))
    return latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Infinity
  }
  await world.cast(ballotIn(0, PARTITIONS))
  await p99Of(500)
  const zombie = aPool(world.database, 1)
  await zombie.start()
  const p99OfOthers = (): Promise<number> =>
    zombie.transaction(async (tx) => {
      await tx.query({ text: 'SELECT 1 FROM votes.bookmarks WHERE partition = 0 FOR UPDATE' })
      const held = { decided: false, verdict: world.cast(ballotIn(0, PARTITIONS)) }
      void held.verdict.then(() => (held.decided = true))
      verdicts.push(held.verdict)
      const p99Ms = await p99Of(3_000)
      expect(held.decided).toBe(false)
      return p99Ms
    })

  const verdicts: Promise<unknown>[] = []
  const normal: number[] = []
  const locked: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    normal.push(await p99Of(3_000))
    locked.push(await p99OfOthers())
  }
  await zombie.stop()

  expect(await Promise.all(verdicts)).toEqual(
    verdicts.map(() => expect.objectContaining({ status: 'counted' })),
  )
  process.stderr.write(`p99 of the other partitions, ms: ${JSON.stringify({ normal, locked })}\n`)
  expect(medianOf(locked)).toBeLessThan(Math.max(2 * medianOf(normal), 50))
}, 60_000)

/** One window of three seconds is at the mercy of whatever else the machine does; the medians of some are not. */
const ROUNDS = 3
const medianOf = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Infinity
