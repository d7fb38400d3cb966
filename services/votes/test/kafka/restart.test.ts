import { expect, jest, test } from '@jest/globals'
import type { Postgres } from '@votestream/postgres'
import { eventually, openDatabase } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import type { Ballot } from '../../src/domain/ballot.js'
import { aBallot } from '../builders.js'
import { aPool, aTopic, openKafkaLog } from '../world.js'
import { endsOf, PATIENCE } from './brokers.js'

jest.setTimeout(60_000)

/** Ballots of few voters in two polls: some are counted, some rejected, some come twice. */
const aMix = (count: number): Ballot[] => {
  const [keys, voteIds] = [Array.from({ length: 40 }, randomUUID), Array.from({ length: 60 }, randomUUID)]
  return Array.from({ length: count }, (_, index) =>
    aBallot({
      ...{ pollId: 1 + (index % 2), choice: index % 3 },
      ballotKey: keys[(index * 7) % keys.length] as string,
      voteId: voteIds[(index * 11) % voteIds.length] as string,
    }),
  )
}

const tablesOf = async (pg: Postgres): Promise<unknown> => {
  const [votes, results, rejections] = await Promise.all(
    [
      'SELECT poll_id, ballot_key, vote_id, choice FROM votes.votes ORDER BY poll_id, ballot_key',
      'SELECT poll_id, version, total_votes, counts FROM votes.results ORDER BY poll_id',
      'SELECT poll_id, vote_id, reason FROM votes.rejections ORDER BY poll_id, vote_id',
    ].map((text) => pg.query({ text })),
  )
  return { votes: votes?.rows, results: results?.rows, rejections: rejections?.rows }
}

test('goes on at the bookmark after a restart and counts nothing twice', async () => {
  await using database = await openDatabase()
  const topic = aTopic()
  {
    await using before = await openKafkaLog({ shared: database, topic })
    await Promise.all(Array.from({ length: 20 }, () => before.cast(aBallot())))
  }
  const folded: number[] = []
  await using after = await openKafkaLog({
    ...{ shared: database, topic },
    disturb: (store) => ({
      ...store,
      fold: (batches) => {
        folded.push(...batches.flatMap(({ ballots }) => ballots.map(({ offset }) => offset)))
        return store.fold(batches)
      },
    }),
  })

  await Promise.all(Array.from({ length: 5 }, () => after.cast(aBallot())))

  expect(await after.countsOf(1)).toEqual([25])
  expect(folded).toHaveLength(5)
})

test('a stop while votes are under way loses no acknowledged one', async () => {
  await using database = await openDatabase()
  const topic = aTopic()
  const acknowledged: string[] = []
  {
    await using before = await openKafkaLog({ shared: database, topic })
    const vote = async (): Promise<void> => {
      while (before.log.open) {
        const ballot = aBallot()
        const [appended] = await before.log.append([ballot])
        if (appended?.status === 'appended') acknowledged.push(ballot.voteId)
      }
    }
    const voters = Array.from({ length: 20 }, vote)
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(200), PATIENCE)
    await before.log.stop()
    await Promise.all(voters)
  }
  await using after = await openKafkaLog({ shared: database, topic })

  const counted = await eventually(async () => {
    const { rows } = await after.pg.query<{ vote_id: string }>({ text: 'SELECT vote_id FROM votes.votes' })
    const ids = new Set(rows.map(({ vote_id }) => vote_id))
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([])
    return ids.size
  }, PATIENCE)

  const ends = await endsOf(topic)
  expect(counted).toBe(ends.reduce((sum, high) => sum + high - 1, 0))
  expect(await after.countsOf(1)).toEqual([counted])
})

test('a refold of the whole log into a fresh database gives the same tables', async () => {
  await using database = await openDatabase()
  const topic = aTopic()
  const first = await openKafkaLog({ shared: database, topic, partitions: 3 })
  for (let round = 0; round < 4; round++) await Promise.all(aMix(50).map((ballot) => first.cast(ballot)))
  const expected = await tablesOf(first.pg)
  const { rows } = await first.pg.query<{ log_id: string }>({ text: 'SELECT log_id FROM votes.log' })
  await first[Symbol.asyncDispose]()

  await using fresh = await openDatabase()
  const pg = aPool(fresh)
  await pg.start()
  await pg.query({
    text: `INSERT INTO votes.log (kind, log_id, partitions) VALUES ('kafka', $1, 3)`,
    values: [rows[0]?.log_id],
  })
  await pg.stop()
  await using second = await openKafkaLog({ shared: fresh, topic, partitions: 3 })
  const ends = await endsOf(topic)
  await eventually(
    async () => expect([...(await second.store.readBookmarks()).values()]).toEqual(ends),
    PATIENCE,
  )

  expect(await tablesOf(second.pg)).toEqual(expected)
})
