import { expect, test } from '@jest/globals'
import { aBallot, aBatch } from '../builders.js'
import { openStore } from '../world.js'

const CONNECTIONS = 4
const FOLDS = 1_000
const POLLS = 50
const BALLOTS_PER_FOLD = 12

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

test('a zombie that folds the same stretch at the same moment is fenced', async () => {
  await using world = await openStore(CONNECTIONS)
  await world.store.openLog('direct', 2)
  const batch = aBatch(0, 1, [aBallot(), aBallot()])

  const outcomes = await Promise.all([0, 1, 2, 3].map(() => world.store.fold([batch])))

  expect(outcomes.filter(({ fenced }) => fenced.length === 0)).toHaveLength(1)
  expect(await world.store.readResults([1])).toMatchObject([{ version: 2, counts: [2] }])
})
