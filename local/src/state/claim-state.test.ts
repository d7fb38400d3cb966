import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { identify } from '../processes/process-id.js'
import { claimState } from './claim-state.js'
import { RunJournal } from './run-journal.js'
import { readRunRecord, writeRunRecord } from './run-record.js'

async function aFolder(): Promise<AsyncDisposable & { path: string }> {
  const base = await mkdtemp(join(tmpdir(), 'votestream-claim-'))
  const path = join(base, 'state')
  return { path, [Symbol.asyncDispose]: () => rm(base, { recursive: true, force: true }) }
}

const me = identify(process.pid) ?? { pid: 0, startedAt: '' }
const dead = { pid: process.pid, startedAt: 'before this process' }

test('a new state folder is claimed for this process, its record readable for the owner alone', async () => {
  await using state = await aFolder()

  const leftovers = await claimState(state.path)

  expect(leftovers).toEqual({})
  expect(readRunRecord(state.path)?.launcher).toEqual(me)
  expect((await stat(join(state.path, 'run.json'))).mode & 0o777).toBe(0o600)
  expect((await stat(state.path)).mode & 0o777).toBe(0o711)
})

test('a folder that a living run uses is refused, with its process and its address', async () => {
  await using state = await aFolder()
  await claimState(state.path)
  RunJournal.open(state.path).noteAddresses({}, 'http://127.0.0.1:8080')

  await expect(claimState(state.path)).rejects.toThrow(
    new RegExp(`already runs: process ${process.pid} .*http://127.0.0.1:8080`),
  )
})

test('what a killed run left is handed over, and stays on record until it is gone', async () => {
  await using state = await aFolder()
  await claimState(state.path)
  writeRunRecord(state.path, { launcher: dead, processes: { votes: dead }, ports: {}, url: '' })

  const leftovers = await claimState(state.path)

  expect(leftovers).toEqual({ votes: dead })
  expect(readRunRecord(state.path)).toMatchObject({ launcher: me, processes: { votes: dead } })
})

test('a record that makes no sense is replaced', async () => {
  await using state = await aFolder()
  await claimState(state.path)
  await writeFile(join(state.path, 'run.json'), '{"launcher":')

  await claimState(state.path)

  expect(readRunRecord(state.path)?.launcher).toEqual(me)
})

test('a folder that cannot be made is told by its path', async () => {
  await using state = await aFolder()
  await writeFile(state.path, 'a file')

  await expect(claimState(join(state.path, 'embedded'))).rejects.toThrow(
    /Cannot use the state folder: .*embedded/,
  )
})

test('the journal follows what runs, and its end removes the record', async () => {
  await using state = await aFolder()
  await claimState(state.path)
  const journal = RunJournal.open(state.path)

  journal.noteProcess('votes', me)
  journal.noteProcess('polls', me)
  journal.noteProcess('votes', undefined)

  expect(JSON.parse(await readFile(join(state.path, 'run.json'), 'utf8'))).toMatchObject({
    processes: { polls: me },
  })
  expect(Object.keys(journal.record.processes)).toEqual(['polls'])
  journal.close()
  expect(await readdir(state.path)).toEqual([])
})
