import { expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { foldLog, readLog } from '../accounts/log.js'
import { lineOf } from '../accounts/recorded-vote.js'
import { readRows } from '../accounts/rows.js'
import { expectEqualAccounts } from '../accounts/settle.js'
import { storesOf } from '../accounts/stores.js'
import { createPoll, readResults, voteUntilCounted } from '../client/polls.js'
import { openRest, type Rest } from '../client/rest.js'
import { sqlOf } from '../engines/lost-log.js'
import { takeAway } from '../engines/outages.js'
import { startMesh, type RunningMesh } from '../mesh.js'
import { askRecord } from '../run-record.js'

// The machine may be busy with other suites: a test that hangs is the only one that takes this long.
jest.setTimeout(240_000)

const CAUGHT_UP_WITHIN_MS = 30_000
const VOTES = 60

const start = async (stateFolder: string): Promise<RunningMesh> =>
  startMesh({ stateFolder, full: true, env: { RATE_LIMIT_PER_MINUTE: '0' } })

const castAll = (rest: Rest, pollId: number, keys: readonly string[]): Promise<readonly string[]> =>
  Promise.all(keys.map(async (key, index) => (await voteUntilCounted(rest, pollId, index % 3, key)).vote_id))

/** With its owners: the database runs as another user where this one is root. */
const copy = (from: string, to: string): Promise<unknown> => promisify(execFile)('cp', ['-a', from, to])

const someKeys = (): readonly string[] => Array.from({ length: VOTES }, () => randomUUID())

/** All that a log holds is in the record, and nothing else. */
const untilCaughtUp = async ({ runFolder }: RunningMesh): Promise<void> => {
  const stores = await storesOf(runFolder)
  const folded = foldLog(await readLog(stores))
    .votes.map(lineOf)
    .sort()
  await eventually(async () => expect((await readRows(stores)).map(lineOf).sort()).toEqual(folded), {
    timeoutMs: CAUGHT_UP_WITHIN_MS,
  })
}

test('docs/runbooks/rebuild-postgres.md: the log alone gives the same rows, counts, versions and answers', async () => {
  const stateFolder = await mkdtemp(join(tmpdir(), 'votestream-rebuild-'))
  const mesh = await start(stateFolder)
  await using _ended = {
    [Symbol.asyncDispose]: () => mesh.stop().then(() => rm(stateFolder, { recursive: true })),
  }
  using rest = openRest(mesh.url)
  const [poll, keys] = [await createPoll(rest), someKeys()]
  const cast = await castAll(rest, poll.id, keys)
  const results = await readResults(rest, poll.id)

  const replica = await takeAway(mesh, 'votes', 'stopped')
  await askRecord(mesh.runFolder, await sqlOf('docs/runbooks/rebuild-postgres.md'))
  expect(await readRows(await storesOf(mesh.runFolder))).toEqual([])
  await replica.end()
  await untilCaughtUp(mesh)

  const { as_of: _then, ...before } = results
  const { as_of: _now, ...after } = await readResults(rest, poll.id)
  expect(after).toEqual(before)
  expect(await castAll(rest, poll.id, keys)).toEqual(cast)
  await expectEqualAccounts(await storesOf(mesh.runFolder), rest)
})

test('docs/runbooks/restore-postgres.md: a backup is caught up from the log, and no id is given twice', async () => {
  const stateFolder = await mkdtemp(join(tmpdir(), 'votestream-restore-'))
  await using _removed = { [Symbol.asyncDispose]: () => rm(stateFolder, { recursive: true, force: true }) }
  const [live, backup] = [join(stateFolder, 'full', 'postgres'), join(stateFolder, 'backup')]
  const keys = [someKeys(), someKeys(), someKeys()] as const
  const during = async <T>(run: (rest: Rest, mesh: RunningMesh) => Promise<T>): Promise<T> => {
    const mesh = await start(stateFolder)
    await using _stopped = mesh
    using rest = openRest(mesh.url)
    return await run(rest, mesh)
  }

  const old = await during(async (rest) => {
    const poll = await createPoll(rest)
    return { poll, cast: await castAll(rest, poll.id, keys[0]) }
  })
  await copy(live, backup)
  const lost = await during(async (rest) => {
    const poll = await createPoll(rest)
    await castAll(rest, poll.id, keys[1])
    return {
      poll,
      cast: await castAll(rest, old.poll.id, keys[2]),
      results: await readResults(rest, old.poll.id),
    }
  })
  await rm(live, { recursive: true })
  await copy(backup, live)
  await during(async (rest, mesh) => {
    await untilCaughtUp(mesh)
    await askRecord(mesh.runFolder, await sqlOf('docs/runbooks/restore-postgres.md'))

    const { as_of: _then, ...before } = lost.results
    const { as_of: _now, ...after } = await readResults(rest, old.poll.id)
    expect(after).toEqual(before)
    expect(await castAll(rest, old.poll.id, [...keys[0], ...keys[2]])).toEqual([...old.cast, ...lost.cast])
    expect((await rest.get(`/polls/${lost.poll.id}`)).status).toBe(404)
    expect((await createPoll(rest)).id).toBeGreaterThan(lost.poll.id)
  })
})
