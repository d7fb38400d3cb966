import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ExpectedFailure } from '../../expected-failure.js'

/** File names and their SHA-256. */
export type Checksums = ReadonlyMap<string, string>

/** Reads a list as `sha256sum` writes it. */
export function parseChecksums(text: string): Checksums {
  const lines = text.split('\n').filter((line) => line !== '')
  return new Map(
    lines.map((line) => {
      const [, sum, name] = /^([0-9a-f]{64}) [ *]([^/\\]+)$/.exec(line) ?? []
      if (sum === undefined || name === undefined) throw new Error(`not a line of sha256sum: ${line}`)
      return [name, sum]
    }),
  )
}

/** Rejects unless the folder holds exactly these files with exactly this content. */
export async function assertChecksums(folder: string, expected: Checksums): Promise<void> {
  const found = readdirSync(folder)
  const problems = [
    ...[...expected.keys()].filter((name) => !found.includes(name)).map((name) => `${name} is missing`),
    ...found.filter((name) => !expected.has(name)).map((name) => `${name} is not expected`),
  ]
  for (const name of found) {
    const sum = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
    if (expected.has(name) && expected.get(name) !== sum) problems.push(`${name} has the SHA-256 ${sum}`)
  }
  if (problems.length === 0) return
  throw new ExpectedFailure(
    [
      'What was downloaded is not what is pinned, and is not used:',
      ...problems.map((each) => `  ${each}`),
    ].join('\n'),
  )
}
