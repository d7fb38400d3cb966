import { expect, test } from '@jest/globals'
import { aBallot, aBatch } from '../builders.js'
import { openStore } from '../world.js'

const CONNECTIONS = 4
const FOLDS = 1_000
const POLLS = 50
const BALLOTS_PER_FOLD = 12
const HELD_MS = 2_000

interface Added {
  readonly poll_id: number
  readonly choice: number
}

test('4 connections fold 1,000 times each over 50 shared polls: no deadlock, and rows == counts', async () => {
  await using world = await openStore(CONNECTIONS)
  await world.store.openLog('direct', CONNECTIONS)
  const foldMany = async (partition: number): Promise<void> => {
    for (let fold = 0; fold < FOLDS; fold++) {
      const ballots = Array.from({ length: BALLOTS_PER_FOLD }, () =>
        aBallot({ pollId: 1 + Math.floor(Math.random() * POLLS), choice: Math.floor(Math.random() * 5) }),
      )
      // Every third fold repeats a ballot, so that left-overs are judged while others write.
      const repeated = fold % 3 === 0 ? [...ballots.slice(1), ballots[1] ?? aBallot()] : ballots
      await world.store.fold([aBatch(partition, 1 + fold * BALLOTS_PER_FOLD, repeated)])
    }
  }

  await Promise.all(Array.from({ length: CONNECTIONS }, (_, partition) => foldMany(partition)))

  const { rows } = await world.pg.query<Added>({ text: 'SELECT poll_id, choice FROM votes.votes' })
  const results = await world.store.readResults(Array.from({ length: POLLS }, (_, index) => index + 1))
  expect(rows.length).toBe(CONNECTIONS * FOLDS * BALLOTS_PER_FOLD - CONNECTIONS * Math.ceil(FOLDS / 3))
  for (const { pollId, version, counts } of results) {
    const votes = rows.filter(({ poll_id }) => poll_id === pollId)
    expect(version).toBe(votes.length)
    expect(counts).toEqual(counts.map((_, choice) => votes.filter((vote) => vote.choice === choice).length))
  }
}, 120_000)

test('a zombie that folds the same stretch at the same moment is left out', async () => {
  await using world = await openStore(CONNECTIONS)
  await world.store.openLog('direct', 2)
  const batch = aBatch(0, 1, [aBallot(), aBallot()])

  const outcomes = await Promise.all([0, 1, 2, 3].map(() => world.store.fold([batch])))

  expect(outcomes.filter(({ batches }) => batches.length === 1)).toHaveLength(1)
  expect(outcomes.flatMap(({ fenced, busy }) => [...fenced, ...busy])).toHaveLength(3)
  expect(await world.store.readResults([1])).toMatchObject([{ version: 2, counts: [2] }])
})

test('a partition that another session holds for 2 s holds up no other, and is counted afterwards', async () => {
  await using world = await openStore(CONNECTIONS)
  await world.store.openLog('kafka', 3)
  const held = aBatch(1, 1, [aBallot(), aBallot()])
  const foldOthers = (fold: number) =>
    world.store.fold([aBatch(0, 1 + fold, [aBallot()]), held, aBatch(2, 1 + fold, [aBallot({ choice: 1 })])])
  const slowest: number[] = []
  let folds = 0

  const meanwhile = await world.pg.transaction(async (zombie) => {
    await zombie.query({ text: 'SELECT 1 FROM votes.bookmarks WHERE partition = 1 FOR UPDATE' })
    const outcomes = []
    for (const until = performance.now() + HELD_MS; performance.now() < until; folds++) {
      const startedMs = performance.now()
      outcomes.push(await foldOthers(folds))
      slowest.push(performance.now() - startedMs)
    }
    return outcomes
  })
  const afterwards = await world.store.fold([held])

  expect(new Set(meanwhile.map(({ busy, fenced }) => JSON.stringify({ busy, fenced })))).toEqual(
    new Set([JSON.stringify({ busy: [1], fenced: [] })]),
  )
  expect(meanwhile.every(({ batches }) => batches.every(({ partition }) => partition !== 1))).toBe(true)
  expect(Math.max(...slowest)).toBeLessThan(HELD_MS / 2)
  expect(afterwards).toMatchObject({ busy: [], fenced: [], batches: [{ partition: 1 }] })
  expect(await world.store.readResults([1])).toMatchObject([
    { version: 2 * folds + 2, counts: [folds + 2, folds] },
  ])
  expect([...(await world.store.readBookmarks())]).toEqual([
    [0, 1 + folds],
    [1, 3],
    [2, 1 + folds],
  ])
}, 20_000)

test('a record is not put into quarantine while another session holds its partition', async () => {
  await using world = await openStore(CONNECTIONS)
  await world.store.openLog('kafka', 2)
  const poison = aBatch(0, 1, [aBallot({ choice: 99 })])

  const whileHeld = await world.pg.transaction(async (zombie) => {
    await zombie.query({ text: 'SELECT 1 FROM votes.bookmarks WHERE partition = 0 FOR UPDATE' })
    return world.store.quarantine(poison, new Error('refused'))
  })

  expect(whileHeld).toMatchObject({ batches: [], busy: [0], fenced: [] })
  expect((await world.pg.query({ text: 'SELECT 1 FROM votes.quarantine' })).rows).toEqual([])
  expect((await world.store.readBookmarks()).get(0)).toBe(1)
})
