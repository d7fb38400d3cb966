import { beforeAll, expect, jest, test } from '@jest/globals'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NORMAL_WITHIN_MS } from './campaign.js'
import { judge } from './checker.js'
import { FAULT_KINDS } from './plan.js'
import { say } from './progress.js'
import { runChaos, type ChaosRun } from './run-chaos.js'
import { chaosSettings } from './settings.js'

const settings = chaosSettings()

/** What comes before and after the load, and what each kind of fault takes at least. */
const BESIDE_THE_LOAD_S = 900
jest.setTimeout((settings.seconds + BESIDE_THE_LOAD_S) * 1_000)

const FEWEST_VOTES_A_SECOND = 100

let run: ChaosRun

beforeAll(async () => {
  say(`seed ${settings.seed}, ${settings.seconds} s of load, ${settings.folder}`)
  run = await runChaos(settings)
})

test('every kind of fault has happened', () => {
  const happened = new Set(run.faults.map(({ kind }) => kind))

  expect([...happened].sort()).toEqual([...FAULT_KINDS].sort())
})

test('votes flow while nothing is broken', () => {
  expect(run.votesPerSecond).toBeGreaterThan(FEWEST_VOTES_A_SECOND)
})

test('after each fault votes are answered normally again', () => {
  const slow = run.faults.filter(({ normalAfterMs }) => normalAfterMs > NORMAL_WITHIN_MS)

  expect(slow).toEqual([])
})

test('no answer is one that the contract does not have', () => {
  expect(run.tally.faults).toEqual([])
})

test('within 10 s every account of the votes is the same', () => {
  expect(run.differences).toEqual([])
})

test('every observer is there again and sees the last state', () => {
  expect(run.differencesAtTheEnd).toEqual([])
})

test('the checker finds every promise kept in the history and the stores', async () => {
  const { code, text } = await judge(settings.folder)

  say(`the checker says:\n${text}`)
  expect(code).toBe(0)
})

test('the checker finds one row that is lost', async () => {
  await using copy = await aCopy(settings.folder)
  const file = join(copy.stores, 'votes.jsonl')
  const rows = (await readFile(file, 'utf8')).split('\n')
  await rm(file)
  await writeFile(file, rows.toSpliced(Math.floor(rows.length / 2), 1).join('\n'))

  const { code, text } = await judge(copy.folder)

  expect({ code, text }).toEqual({ code: 1, text: expect.stringContaining('votes_equal_the_fold (C6)') })
})

/** A folder whose stores may be spoilt. */
const aCopy = async (folder: string) => {
  const copied = await mkdtemp(join(tmpdir(), 'votestream-spoilt-'))
  const stores = join(copied, 'stores')
  for (const name of ['history.jsonl', 'settings.json']) await symlink(join(folder, name), join(copied, name))
  await mkdir(stores)
  for (const name of await readdir(join(folder, 'stores')))
    await cp(join(folder, 'stores', name), join(stores, name), { recursive: true })
  return { folder: copied, stores, [Symbol.asyncDispose]: () => rm(copied, { recursive: true }) }
}
