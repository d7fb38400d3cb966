import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { assertChecksums, parseChecksums } from './checksums.js'

const SUM_OF_A = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'

function aFolder(files: Readonly<Record<string, string>>): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'votestream-sums-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

describe('a list of checksums', () => {
  test('is read as sha256sum writes it', () => {
    expect(parseChecksums(`${SUM_OF_A}  a.jar\n${SUM_OF_A} *b.jar\n`)).toEqual(
      new Map([
        ['a.jar', SUM_OF_A],
        ['b.jar', SUM_OF_A],
      ]),
    )
  })

  test.each(['a.jar', `${SUM_OF_A} a.jar`, `${SUM_OF_A}  ../a.jar`])(
    'with the line %s is refused',
    (line) => {
      expect(() => parseChecksums(line)).toThrow('not a line of sha256sum')
    },
  )
})

describe('a folder', () => {
  const expected = new Map([['a.jar', SUM_OF_A]])

  test('that holds what is pinned is used', async () => {
    using folder = aFolder({ 'a.jar': 'a' })

    await expect(assertChecksums(folder.path, expected)).resolves.toBeUndefined()
  })

  test.each([
    [
      'a changed file',
      { 'a.jar': 'b' },
      'a.jar has the SHA-256 3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d',
    ],
    ['a file too many', { 'a.jar': 'a', 'b.jar': 'b' }, 'b.jar is not expected'],
    ['a file too few', {}, 'a.jar is missing'],
  ])('with %s is not used', async (_what, files, problem) => {
    using folder = aFolder(files)

    await expect(assertChecksums(folder.path, expected)).rejects.toThrow(problem)
  })
})
