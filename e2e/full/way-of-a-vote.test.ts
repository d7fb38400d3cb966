import { expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import { readCopies } from '../accounts/live-view.js'
import { foldLog, readLog } from '../accounts/log.js'
import { readRows } from '../accounts/rows.js'
import { storesOf } from '../accounts/stores.js'
import { countsOf, createPoll, readResults, vote } from '../client/polls.js'
import { openEvents, openSocket } from '../client/streams.js'
import { aMesh } from '../suites/subject.js'

// The machine may be busy with other suites: a test that hangs is the only one that takes this long.
jest.setTimeout(120_000)

const subject = aMesh({ full: true })

test('one vote is a record in Kafka, a row in PostgreSQL, a key in Redis and a message on each open stream', async () => {
  const { mesh, rest } = subject
  const poll = await createPoll(rest)
  await using socket = await openSocket(mesh.url, poll.id)
  await using events = await openEvents(mesh.url, poll.id)

  const { vote_id: voteId, version } = await vote(rest, poll.id, 1, randomUUID())
  const seen = await Promise.all(
    [socket, events].map(({ sightings }) => sightings.until((results) => results.version >= version)),
  )

  const stores = await storesOf(mesh.runFolder)
  const rows = await readRows(stores)
  const log = foldLog(await readLog(stores))
  expect(version).toBe(1)
  expect(rows).toEqual([{ pollId: poll.id, ballotKey: expect.any(String), voteId, choice: 1 }])
  expect(log).toEqual({ votes: rows, repeated: 0, faults: [] })
  expect(seen.map((results) => [results.version, countsOf(results)])).toEqual([
    [version, [0, 1, 0]],
    [version, [0, 1, 0]],
  ])
  expect(events.ids).toContain(String(version))
  expect(await readResults(rest, poll.id)).toMatchObject({ version, total_votes: 1, stale: false })
  await eventually(async () => {
    // votes does not know how many options there are: nobody chose the third.
    expect(await readCopies(stores)).toEqual([{ pollId: poll.id, version, counts: [0, 1] }])
  })
})

test('every partition of the log begins with who it is, and has as many as it says', async () => {
  const partitions = await readLog(await storesOf(subject.mesh.runFolder))

  const first = partitions.map(([record]) => record?.genesis)
  expect(first.map((genesis) => genesis?.partitions)).toEqual(Array.from({ length: 6 }, () => 6))
  expect(new Set(first.map((genesis) => genesis?.logId.toString('hex'))).size).toBe(1)
})

test('the launcher says where to look', () => {
  const { logs } = subject.mesh

  expect(logs.filter((line) => /topic votes|table votes\.votes|key results:/.test(line))).toHaveLength(3)
})
