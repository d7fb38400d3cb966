import { expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inRepository } from '../src/repository.js'

/** An exact version: the least that a stage may start from. */
const BASE = 'FROM node:24.21.0-slim AS base\n'

interface Context extends Disposable {
  build(dockerfile: string, target?: string): { code: number | null; said: string; files: readonly string[] }
  read(file: string): string
  write(name: string, text: string): void
}

/** A folder with these files, which is all that images can be made of. */
function aContext(files: Readonly<Record<string, string>> = {}): Context {
  const folder = mkdtempSync(join(tmpdir(), 'votestream-context-'))
  const place = (name: string): string => join(folder, name)
  const [context, cache, dockerfile] = [place('context'), place('cache'), place('Dockerfile')]
  for (const path of [context, cache]) mkdirSync(path)
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(context, name)), { recursive: true })
    writeFileSync(join(context, name), text)
  }
  for (const [name, text] of Object.entries(files)) write(name, text)
  let tree = ''
  return {
    build: (text, target = 'base') => {
      writeFileSync(dockerfile, BASE + text)
      const places = ['--context', context, '--cache', cache, '--file', dockerfile]
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [inRepository('scripts/image-tree.mjs'), ...places, target],
        { encoding: 'utf8' },
      )
      if (status === 0) tree = (JSON.parse(stdout) as { folder: string }).folder
      const found = status === 0 ? readdirSync(tree, { recursive: true, withFileTypes: true }) : []
      return {
        code: status,
        said: stderr,
        files: found
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(tree.length))
          .sort(),
      }
    },
    read: (file) => readFileSync(join(tree, file), 'utf8'),
    write,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

test('files go where a Dockerfile copies them: to a name, into a folder, and a folder by its content', () => {
  using context = aContext({ 'one.txt': '1', 'two.txt': '2', 'src/a/b.js': 'b', 'src/c.js': 'c' })

  const { files } = context.build(`
    WORKDIR /app
    COPY one.txt first.txt
    COPY one.txt two.txt texts/
    COPY src code
    COPY src/c.js /elsewhere/
  `)

  expect(files).toEqual([
    '/app/code/a/b.js',
    '/app/code/c.js',
    '/app/first.txt',
    '/app/texts/one.txt',
    '/app/texts/two.txt',
    '/elsewhere/c.js',
  ])
})

test('a stage has what its parent has, and what it takes of another, and leaves them alone', () => {
  using context = aContext({ 'one.txt': '1' })
  const stages = `
    WORKDIR /app
    FROM base AS tools
    COPY one.txt ./
    RUN mv one.txt made.txt && echo more >> made.txt
    FROM base AS last
    COPY --from=tools /app/made.txt ./
  `

  expect(context.build(stages, 'last').files).toEqual(['/app/made.txt'])
  expect(context.read('app/made.txt')).toBe('1more\n')
  expect(context.build(stages, 'base').files).toEqual([])
})

test('a command runs in the working folder, with the settings of its stage', () => {
  using context = aContext()

  context.build(`
    WORKDIR /app
    ENV MODE=production NAME="two words"
    ARG VERSION=1.2.3
    RUN echo "$MODE $NAME $VERSION" > said.txt
  `)

  expect(context.read('app/said.txt')).toBe('production two words 1.2.3\n')
})

test('what is made once is kept, and made anew when a file that it copies has changed', () => {
  using context = aContext({ '.dockerignore': 'ignored.txt', 'one.txt': '1', 'two.txt': '2' })
  const build = (): string => {
    const { said } = context.build('WORKDIR /app\nCOPY one.txt ./\n')
    return `${said.split(':')[0] ?? ''} ${context.read('app/one.txt')}`
  }

  const first = build()
  context.write('two.txt', 'not copied')
  const again = build()
  context.write('one.txt', 'changed')
  const changed = build()

  expect([first, again, changed]).toEqual(['stage base 1', ' 1', 'stage base changed'])
})

test('.dockerignore keeps out what it lists, takes back what it excepts, and its last word counts', () => {
  using context = aContext({
    '.dockerignore': '# only these\n*\n!src\n!kept\n**/*.test.js\n**/.*\nsrc/*/deep\n',
    '.env': 'SECRET=1',
    'kept/.env': 'SECRET=1',
    'kept/file': '',
    'src/a.js': '',
    'src/a.test.js': '',
    'src/b/deep/c.js': '',
    'src/b/d.test.js': '',
    'src/b/e.js': '',
    'other.js': '',
  })

  expect(context.build('COPY src /src\nCOPY kept /kept\n').files).toEqual([
    '/kept/file',
    '/src/a.js',
    '/src/b/e.js',
  ])
  expect(context.build('COPY other.js /\n').said).toContain('.dockerignore leaves nothing of it')
})

test.each([
  ['a source that is not there', 'COPY missing.txt /', 'there is no such file or folder'],
  ['a command that fails', 'RUN echo out; echo err >&2; exit 3', 'out\nerr'],
  ['an instruction that is not understood', 'HEALTHCHECK NONE', 'not understood here'],
  ['a flag that is not understood', 'COPY --link one.txt /', 'flags that are understood here are'],
  ['an owner by name', 'COPY --chown=node:node one.txt /a', 'an owner is given by number'],
  ['an owner of a folder that has more in it', 'COPY --chown=1:1 one.txt /', 'named, not its folder'],
  ['a pattern', 'COPY *.txt /', 'patterns are not understood here'],
  ['a stage that comes later', 'COPY --from=late /x /', 'not an earlier stage'],
  ['a moving tag', 'FROM node:24-slim AS next', 'an image with an exact version'],
  ['root', 'USER 0:0', 'is not root'],
  ['a user by name', 'USER node', 'given by number'],
  ['a shell at run time', 'CMD node main.js', 'no shell is needed'],
  ['a command on nobody knows whose files', 'USER 1:1\nRUN true', 'commands run before USER'],
  ['a variable that is not set', 'LABEL version="${NOBODY}"', 'there is no variable NOBODY'],
  ['a working folder from nowhere', 'WORKDIR app', 'named in full'],
])('%s is refused, with the line', (_name, instruction, word) => {
  using context = aContext({ 'one.txt': '1' })

  const { code, said } = context.build(instruction)

  expect(code).toBe(1)
  expect(said).toContain(word)
  expect(said).toMatch(/Dockerfile:\d+: |stage base: /)
  expect(said).not.toContain('    at ')
})

test('whoever asks for a target that is not there is told those that are', () => {
  using context = aContext()

  expect(context.build('', 'nobody').said).toContain('has no target nobody: it has base')
})

test('the Dockerfile names only what a clone has', () => {
  const sources = [
    ...readFileSync(inRepository('Dockerfile'), 'utf8').matchAll(/^COPY (?:--chown=\S+ )?(?!--)(.*) \S+$/gm),
  ]

  expect(sources.length).toBeGreaterThan(0)
  for (const [, paths = ''] of sources)
    for (const path of paths.split(' ')) expect([path, existsSync(inRepository(path))]).toEqual([path, true])
})
