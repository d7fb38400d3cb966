import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { inRepository } from '../repository.js'
import { listSuites } from './list-suites.js'
import { jestProgram } from './jest-program.js'
import { projectsOf, projectsOfFile } from './projects.js'

// Jest itself is started, maybe on a busy machine.
jest.setTimeout(60_000)

const FOLDERS = ['proto', 'packages', 'services', 'local', 'sim', 'checker', 'e2e']
const SUITE = /\.(test|contract)\.ts$/

const suitesIn = (folder: string): string[] =>
  readdirSync(inRepository(folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => SUITE.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))

const allSuites = FOLDERS.flatMap(suitesIn)

test('every suite belongs to exactly one project', () => {
  expect(allSuites.filter((path) => projectsOfFile(path).length !== 1)).toEqual([])
})

test.each([
  ['packages/bus/src/x.test.ts', 'unit'],
  ['proto/src/x.test.ts', 'unit'],
  ['local/src/test/x.test.ts', 'unit'],
  ['services/votes/test/integration/x.test.ts', 'postgres'],
  ['services/votes/test/kafka/deep/x.test.ts', 'kafka'],
  ['packages/bus/test/redis/x.test.ts', 'redis'],
  ['packages/bus/test/contracts/x.contract.ts', 'contracts'],
  ['e2e/x.test.ts', 'mesh'],
  ['local/test/x.test.ts', 'mesh'],
  ['e2e/full/x.test.ts', 'full'],
  ['local/test/full-start.test.ts', 'full'],
  ['e2e/nightly/x.test.ts', 'nightly'],
  ['local/nightly/x.test.ts', 'nightly'],
  ['e2e/nginx/x.test.ts', 'nginx'],
  ['e2e/monitoring/x.test.ts', 'monitoring'],
  ['e2e/cluster/x.test.ts', 'cluster'],
  ['e2e/chaos/x.test.ts', 'chaos'],
  ['sim/src/x.test.ts', 'unit'],
  ['sim/test/redis/x.test.ts', 'redis'],
  ['checker/test/x.test.ts', 'checker'],
])('%s is a suite of %s', (path, name) => {
  expect(projectsOfFile(path).map((project) => project.name)).toEqual([name])
  expect(projectsOfFile(inRepository(path)).map((project) => project.name)).toEqual([name])
})

test('jest has the same projects and finds the same suites', () => {
  const env = { ...process.env, VOTESTREAM_NIGHTLY: '1', VOTESTREAM_CLUSTER: '1', VOTESTREAM_CHAOS: '1' }
  const { stdout } = spawnSync(process.execPath, [jestProgram(), '--listTests', '--json'], {
    cwd: inRepository(''),
    env,
    encoding: 'utf8',
  })

  expect((JSON.parse(stdout) as string[]).sort()).toEqual(allSuites.map(inRepository).sort())
})

test.each([
  [{}, [] as string[]],
  [{ VOTESTREAM_NIGHTLY: '1' }, ['nightly']],
  [{ VOTESTREAM_CLUSTER: '1' }, ['cluster']],
  [{ VOTESTREAM_CHAOS: '1' }, ['chaos']],
])('with %j the projects that are run only when asked for are %j', (env: NodeJS.ProcessEnv, asked) => {
  const onRequest = projectsOf(env).filter(({ onlyWith }) => onlyWith !== undefined)

  expect(onRequest.map(({ name }) => name)).toEqual(asked)
  expect(projectsOf(env).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['unit', 'full', 'nginx', 'monitoring']),
  )
})

test('the suites that were asked for are counted by project', () => {
  const suites = listSuites(['--selectProjects', 'unit', 'mesh', '--testPathPatterns', 'local/'], {
    PATH: process.env.PATH,
  })

  expect([...suites.keys()].map(({ name }) => name)).toEqual(['unit', 'mesh'])
})

test('arguments that are no question of suites select none', () => {
  expect(listSuites(['--version'], { PATH: process.env.PATH }).size).toBe(0)
})
