import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { endLeftoverServer } from './leftover-server.js'

const NO_PROCESS = 2 ** 22 + 1

async function aDataFolder(pid?: number): Promise<AsyncDisposable & { path: string; lockFile: string }> {
  const path = await mkdtemp(join(tmpdir(), 'votestream-data-'))
  const lockFile = join(path, 'postmaster.pid')
  if (pid !== undefined) await writeFile(lockFile, `${pid}\n${path}\n`)
  return { path, lockFile, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

test('where no server was killed there is nothing to do', async () => {
  await using data = await aDataFolder()

  expect(await endLeftoverServer(data.path)).toBeUndefined()
})

test('the file of a dead server is left to the new one, which checks its shared memory too', async () => {
  await using data = await aDataFolder(NO_PROCESS)

  expect(await endLeftoverServer(data.path)).toBeUndefined()
  expect(existsSync(data.lockFile)).toBe(true)
})

test('a stranger with the number of the dead server lives on, and the file that names it goes', async () => {
  await using data = await aDataFolder(process.pid)

  expect(await endLeftoverServer(data.path)).toBeUndefined()
  expect(existsSync(data.lockFile)).toBe(false)
})
