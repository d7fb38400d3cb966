import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { findProgram, runTool, ToolFailure } from './tools.js'

function aPath(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'votestream-path-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

describe('a program', () => {
  test('is found in the first folder that has it, and that only if it may be run', () => {
    using first = aPath()
    using second = aPath()
    writeFileSync(join(first.path, 'java'), '')
    writeFileSync(join(second.path, 'java'), '')
    chmodSync(join(first.path, 'java'), 0o644)
    chmodSync(join(second.path, 'java'), 0o755)

    expect(findProgram('java', { PATH: `${first.path}:${second.path}` })).toBe(join(second.path, 'java'))
  })

  test('is no folder, and nowhere relative to where we happen to be', () => {
    using path = aPath()
    mkdirSync(join(path.path, 'java'))

    expect(findProgram('java', { PATH: path.path })).toBeUndefined()
    expect(findProgram('package.json', { PATH: ':.' })).toBeUndefined()
    expect(findProgram('java', {})).toBeUndefined()
  })
})

describe('a tool', () => {
  const tool = { program: process.execPath, env: process.env, limitMs: 30_000 }

  test('answers with what it said', async () => {
    const args = ['-e', 'console.log("out"); console.error("err")']

    expect(await runTool({ ...tool, args })).toBe('out\n\nerr')
  })

  test('that fails is quoted, its last lines only', async () => {
    const args = ['-e', 'for (let n = 1; n < 30; n += 1) console.error("line " + n); process.exit(3)']

    const failure = await runTool({ ...tool, args }).catch((error: unknown) => error)

    expect(failure).toBeInstanceOf(ToolFailure)
    expect((failure as Error).message.split('\n')).toHaveLength(9)
    expect((failure as Error).message).toMatch(/line 29$/)
  })

  test('that takes too long is stopped, and that is said', async () => {
    const args = ['-e', 'setTimeout(() => {}, 60000)']

    await expect(runTool({ ...tool, args, limitMs: 300 })).rejects.toThrow('stopped after 0.3 s')
  })
})
