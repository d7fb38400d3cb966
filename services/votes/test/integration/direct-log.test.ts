import { expect, test } from '@jest/globals'
import { CommitUnknown } from '@votestream/postgres'
import { eventually, openDatabase } from '@votestream/testing'
import { Client } from 'pg'
import { randomUUID } from 'node:crypto'
import type { OpenedLog, VoteStore } from '../../src/domain/ports.js'
import { aBallot } from '../builders.js'
import { assertOpen, openDirectLog, openStore } from '../world.js'

/** A store that commits the first fold and then says that it cannot tell. */
const loseFirstAnswer = (store: VoteStore): VoteStore => {
  let lost = false
  return {
    ...store,
    fold: async (batches) => {
      const folded = await store.fold(batches)
      if (lost) return folded
      lost = true
      throw new CommitUnknown('the connection broke at COMMIT')
    },
  }
}

/** Ends every session of the database but this one, as a restart of the server does. */
const terminateSessions = async (adminUrl: string): Promise<void> => {
  const admin = new Client({ connectionString: adminUrl })
  await admin.connect()
  await admin.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  )
  await admin.end()
}

test('only one process folds a database; the next one takes over when it stops', async () => {
  await using database = await openDatabase()
  await using first = await openDirectLog(database)
  await eventually(() => assertOpen(first.log))
  await using second = await openDirectLog(database)

  const refused = await second.log.append([aBallot()])
  const verdict = await first.cast(aBallot())

  expect(refused).toMatchObject([{ status: 'refused', reason: 'UNAVAILABLE' }])
  expect(verdict).toMatchObject({ status: 'counted' })
})

test('heals by itself when every connection is cut, and loses nothing it has answered', async () => {
  await using world = await openDirectLog()
  await world.cast(aBallot())

  await terminateSessions(world.database.urlFor('admin'))
  await eventually(async () => {
    assertOpen(world.log)
    expect(await world.cast(aBallot())).toMatchObject({ status: 'counted' })
  })

  await eventually(async () => expect(await world.countsOf(1)).toEqual([2]))
  expect(world.fatal).toEqual([])
})

test('a ballot in memory when the connections are cut is folded afterwards', async () => {
  await using world = await openDirectLog()
  const verdicts = Array.from({ length: 50 }, () => world.cast(aBallot()))

  await terminateSessions(world.database.urlFor('admin'))

  expect((await Promise.all(verdicts)).every(({ status }) => status === 'counted')).toBe(true)
  // The cut may come as late as this read.
  await eventually(async () => expect(await world.countsOf(1)).toEqual([50]))
})

test('tells the right verdicts although the answer to a commit was lost', async () => {
  await using database = await openDatabase()
  await using world = await openDirectLog(database, loseFirstAnswer)
  await eventually(() => assertOpen(world.log))
  const [ballotKey, retried] = [randomUUID(), aBallot()]

  const verdicts = await Promise.all(
    [aBallot({ ballotKey }), aBallot({ ballotKey }), retried, retried].map((ballot) => world.cast(ballot)),
  )

  expect(verdicts.map(({ status }) => status)).toEqual(['counted', 'rejected', 'counted', 'counted'])
  expect(await world.countsOf(1)).toEqual([2])
  expect(world.fatal).toEqual([])
})

test('waits at its start for a commit that a killed predecessor has on its way', async () => {
  await using world = await openStore()
  await world.store.openLog('direct', 2)
  let opened: Promise<OpenedLog> | undefined

  await world.pg.transaction(async (predecessor) => {
    await predecessor.query({ text: 'UPDATE votes.bookmarks SET next_offset = 9 WHERE partition = 1' })
    opened = world.store.openLog('direct', 2)
    await eventually(async () => {
      const { rows } = await world.pg.query({ text: `SELECT 1 FROM pg_locks WHERE NOT granted` })
      expect(rows.length).toBeGreaterThan(0)
    })
  })

  expect((await opened)?.bookmarks.get(1)).toBe(9)
})

test('ends itself when another process has moved the bookmarks', async () => {
  await using world = await openDirectLog()
  await world.pg.query({ text: 'UPDATE votes.bookmarks SET next_offset = next_offset + 5' })

  await world.log.append([aBallot()])

  await eventually(() =>
    expect(world.fatal.map(({ message }) => message)).toEqual(['another process folds this database']),
  )
  expect(await world.log.append([aBallot()])).toMatchObject([{ status: 'refused', reason: 'UNAVAILABLE' }])
  expect(await world.countsOf(1)).toEqual([])
})

test('a store that was counted from another log is refused for good', async () => {
  await using database = await openDatabase()
  const admin = new Client({ connectionString: database.urlFor('admin') })
  await admin.connect()
  await admin.query(`INSERT INTO votes.log (kind, log_id, partitions) VALUES ('kafka', gen_random_uuid(), 6)`)
  await admin.end()

  await using world = await openDirectLog(database)

  await eventually(() => expect(world.fatal).toMatchObject([{ reason: 'FOREIGN_LOG' }]))
})
