import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { identify } from '../processes/process-id.js'
import { writeRunRecord } from '../state/run-record.js'
import { removeTestStates } from './test-state.js'

/** Its process ids end there: nobody has this one. */
const NOBODY = 4_194_305
const PARENT = process.ppid

interface Base extends Disposable {
  readonly path: string
  names(): string[]
  /** A run by the process that began then; its own word is needed, because an id may be another's by now. */
  addRun(pid: number, startedAt?: string): void
}

function aBase(): Base {
  const path = mkdtempSync(join(tmpdir(), 'votestream-states-'))
  return {
    path,
    names: () => readdirSync(path).sort(),
    addRun: (pid, startedAt) => {
      const folder = join(path, `test-${pid}`)
      mkdirSync(join(folder, 'kafka'), { recursive: true })
      if (startedAt !== undefined)
        writeRunRecord(folder, { launcher: { pid, startedAt }, processes: {}, ports: {}, url: '' })
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

test('what a killed run left is removed', async () => {
  using base = aBase()
  base.addRun(NOBODY)
  base.addRun(PARENT, 'long before the process that has its id now')

  await removeTestStates(base.path)

  expect(base.names()).toEqual([])
})

test('a run that goes on keeps its folder', async () => {
  using base = aBase()
  base.addRun(PARENT, identify(PARENT)?.startedAt)

  await removeTestStates(base.path)

  expect(base.names()).toEqual([`test-${PARENT}`])
})

test('a run that is only just beginning keeps its folder', async () => {
  using base = aBase()
  base.addRun(PARENT)

  await removeTestStates(base.path)

  expect(base.names()).toEqual([`test-${PARENT}`])
})

test('nothing else is touched', async () => {
  using base = aBase()
  for (const name of ['embedded', 'full', 'test-results']) mkdirSync(join(base.path, name))

  await removeTestStates(base.path)

  expect(base.names()).toEqual(['embedded', 'full', 'test-results'])
})

test('the run itself leaves nothing behind', async () => {
  using base = aBase()
  base.addRun(process.pid, identify(process.pid)?.startedAt)

  await removeTestStates(base.path)

  expect(base.names()).toEqual([])
})
