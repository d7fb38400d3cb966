import { expect, test } from '@jest/globals'
import { eventually, openDatabase } from '@votestream/testing'
import { Client } from 'pg'
import { aBallot } from '../builders.js'
import { assertOpen, openDirectLog } from '../world.js'

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

  expect(await world.countsOf(1)).toEqual([2])
  expect(world.fatal).toEqual([])
})

test('a ballot in memory when the connections are cut is folded afterwards', async () => {
  await using world = await openDirectLog()
  const verdicts = Array.from({ length: 50 }, () => world.cast(aBallot()))

  await terminateSessions(world.database.urlFor('admin'))

  expect((await Promise.all(verdicts)).every(({ status }) => status === 'counted')).toBe(true)
  expect(await world.countsOf(1)).toEqual([50])
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
