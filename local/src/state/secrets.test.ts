import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ensureSecrets, readSecrets } from './secrets.js'

async function aFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'votestream-secrets-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

test('secrets are made once, all different, and readable for the owner alone', async () => {
  await using state = await aFolder()

  const made = ensureSecrets(state.path)

  expect(new Set(Object.values(made)).size).toBe(6)
  expect(made.manage.length).toBeGreaterThanOrEqual(32)
  expect(ensureSecrets(state.path)).toEqual(made)
  expect(readSecrets(state.path)).toEqual(made)
  expect((await stat(join(state.path, 'secrets.json'))).mode & 0o777).toBe(0o600)
})

test('a file of a release before polls had owners gets their secret and keeps the rest', async () => {
  await using state = await aFolder()
  const { manage: _, ...older } = ensureSecrets(state.path)
  await writeFile(join(state.path, 'secrets.json'), JSON.stringify(older))

  const completed = ensureSecrets(state.path)

  expect(completed).toEqual({ ...older, manage: expect.stringMatching(/^[\w-]{43}$/) as unknown })
  expect(readSecrets(state.path)).toEqual(completed)
  expect((await stat(join(state.path, 'secrets.json'))).mode & 0o777).toBe(0o600)
})

test('a database whose secrets are gone is not given new ones', async () => {
  await using state = await aFolder()
  await mkdir(join(state.path, 'postgres', 'data'), { recursive: true })

  expect(() => ensureSecrets(state.path)).toThrow(/is missing.*put the file back/)
})

test('a damaged file is told without what is in it', async () => {
  await using state = await aFolder()
  await writeFile(join(state.path, 'secrets.json'), '{"superuser":"hush"}')

  expect(() => readSecrets(state.path)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hush') }),
  )
})
