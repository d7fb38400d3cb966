import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const checker = dirname(import.meta.dirname)
/** Which one `npm test` has found. */
const python = process.env.VOTESTREAM_TEST_PYTHON ?? process.env.PYTHON ?? 'python3'

/** Three hundred random histories and their corruptions: 25 s on a core that others use as well. */
const UNITTEST_WITHIN_MS = 180_000

interface Ended {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
}

const runPython = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }
    execFile(python, args, { cwd: checker, env }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    )
  })

const check = (...args: readonly string[]): Promise<Ended> => runPython('.', ...args)

const WRITE_A_RUN = `
import sys
from pathlib import Path
from tests.run import a_run, dumped
dumped(a_run()).write(Path(sys.argv[1]))
`

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'votestream-checker-'))
  expect(await runPython('-c', WRITE_A_RUN, folder)).toEqual({ code: 0, stdout: '', stderr: '' })
})

afterAll(() => rm(folder, { recursive: true }))

test(
  'the tests of the checker pass',
  async () => {
    const { code, stderr } = await runPython('-m', 'unittest', 'discover', '-s', 'tests', '-t', '.')

    const tests = Number(/^Ran (\d+) tests? in /m.exec(stderr)?.[1])
    expect({ code, tests, stderr }).toEqual({ code: 0, tests: expect.any(Number), stderr })
    expect(tests).toBeGreaterThan(0)
  },
  UNITTEST_WITHIN_MS,
)

test('the checker tells by its exit code and its words whether promises hold, are broken, or cannot be judged', async () => {
  const fine = await check(folder, '--require-all')
  await appendFile(
    join(folder, 'stores/votes.jsonl'),
    '{"poll_id":1,"ballot_key":"99999999-0000-4000-8000-000000000000","vote_id":"99999999-0000-4000-8000-000000000000","choice":0}\n',
  )
  const broken = await check(folder)
  const oneRule = await check(folder, '--rule', 'redis_equals_the_fold', '--json')
  await appendFile(join(folder, 'history.jsonl'), '{"ns":\n')
  const unreadable = await check(folder)
  const missing = await check(join(folder, 'nowhere'))

  expect(fine).toEqual({ code: 0, stdout: expect.stringMatching(/\n26 of 26 rules hold\n$/), stderr: '' })
  expect(broken).toEqual({ code: 1, stdout: expect.stringContaining('is not in the log'), stderr: '' })
  expect(oneRule).toEqual({ code: 0, stdout: expect.stringContaining('"holds": true'), stderr: '' })
  expect(JSON.parse(oneRule.stdout)).toMatchObject({
    rules: [{ rule: 'redis_equals_the_fold', looked_at: 2 }],
  })
  expect(unreadable).toEqual({
    ...{ code: 2, stdout: '' },
    stderr: expect.stringMatching(/^checker: .*: history\.jsonl:38: is no JSON: /),
  })
  expect(missing).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('settings.json: cannot be read'),
  })
})

test('what the checker can judge is told by --help', async () => {
  const { code, stdout } = await check('--help')

  expect(code).toBe(0)
  expect(stdout).toContain('exit codes: 0 all rules hold, 1 one is broken, 2 the input cannot be read')
  expect(stdout).toContain('acknowledged_votes_are_kept (C1)')
})
