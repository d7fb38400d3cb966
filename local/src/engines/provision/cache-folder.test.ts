import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { cacheRoot, ensureMade } from './cache-folder.js'

function aRoot(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'votestream-cache-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

const write =
  (text: string) =>
  (draft: string): Promise<void> =>
    writeFile(join(draft, 'file'), text)

describe('the cache', () => {
  test('is where the user wants it, otherwise below the home folder', () => {
    expect(cacheRoot({ XDG_CACHE_HOME: '/caches', HOME: '/home/a' })).toBe('/caches/votestream')
    expect(cacheRoot({ HOME: '/home/a' })).toBe('/home/a/.cache/votestream')
    expect(cacheRoot({})).toBe(join(homedir(), '.cache/votestream'))
  })

  test('is never at a relative place', () => {
    expect(cacheRoot({ XDG_CACHE_HOME: 'caches', HOME: '/home/a' })).toBe('/home/a/.cache/votestream')
  })
})

describe('a folder that is made once', () => {
  test('is whole or not there', async () => {
    using root = aRoot()
    const folder = join(root.path, 'deep', 'kafka')

    await ensureMade(folder, (draft) => {
      expect(existsSync(folder)).toBe(false)
      return write('one')(draft)
    })

    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('one')
    expect(readdirSync(join(root.path, 'deep'))).toEqual(['kafka'])
  })

  test('is not made again', async () => {
    using root = aRoot()
    const folder = join(root.path, 'kafka')
    await ensureMade(folder, write('one'))

    await ensureMade(folder, write('two'))

    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('one')
  })

  test('leaves nothing when it cannot be made', async () => {
    using root = aRoot()
    const folder = join(root.path, 'kafka')

    await expect(ensureMade(folder, () => Promise.reject(new Error('no network')))).rejects.toThrow(
      'no network',
    )

    expect(readdirSync(root.path)).toEqual([])
  })

  test('may be made by two at once: one of them wins, both can use it', async () => {
    using root = aRoot()
    const folder = join(root.path, 'kafka')
    const bothBegan = new Promise<void>((resolve) => setTimeout(resolve, 20))
    const make = (text: string) => async (draft: string) => {
      await bothBegan
      await write(text)(draft)
    }

    await Promise.all([ensureMade(folder, make('one')), ensureMade(folder, make('two'))])

    expect(['one', 'two']).toContain(readFileSync(join(folder, 'file'), 'utf8'))
    expect(readdirSync(root.path)).toEqual(['kafka'])
  })

  test('takes the place of what a killed process left half-made', async () => {
    using root = aRoot()
    mkdirSync(join(root.path, `kafka.draft-${2 ** 22 + 1}-abcdef`))

    await ensureMade(join(root.path, 'kafka'), write('one'))

    expect(readdirSync(root.path)).toEqual(['kafka'])
  })

  test('says where it cannot be', async () => {
    using root = aRoot()
    writeFileSync(join(root.path, 'file'), '')

    await expect(ensureMade(join(root.path, 'file', 'kafka'), write(''))).rejects.toThrow(
      /XDG_CACHE_HOME chooses another/,
    )
  })
})
