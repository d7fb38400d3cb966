import { describe, expect, jest, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// The machine may be busy with other suites: a test that hangs is the only one that takes this long.
jest.setTimeout(120_000)

const repository = fileURLToPath(new URL('..', import.meta.url))
const SECRET = 'hunter2-in-the-wrong-place'
/** sysexits.h: EX_CONFIG. */
const EXIT_CONFIG = 78
const WITHIN_MS = 2_000

/** Bad in every service; one of them is a secret in a variable that is printed in other cases. */
const COMMON = {
  ...{
    HOST: 'not a host',
    LOG_LEVEL: 'loud',
    OPS_PORT: '99999',
    DRAIN_DELAY_MS: '-1',
    SHUTDOWN_GRACE_MS: 'soon',
  },
}
const BAD_URL = `mysql://votestream:${SECRET}@localhost/votestream`
const GOOD_URL = `postgres://votestream:${SECRET}@localhost/votestream`

interface Case {
  readonly bad: Readonly<Record<string, string>>
  /** Required, and not there. */
  readonly missing: readonly string[]
  readonly good: Readonly<Record<string, string>>
}

const cases: Readonly<Record<string, Case>> = {
  polls: {
    bad: { ...COMMON, GRPC_PORT: '-1', DATABASE_URL: BAD_URL, MANAGE_SECRET: 'hunter2' },
    missing: ['VOTES_ADDRESS'],
    good: {},
  },
  votes: {
    bad: { ...COMMON, GRPC_PORT: '1.5', DATABASE_POOL_SIZE: '0' },
    missing: ['POLLS_ADDRESS'],
    good: { DATABASE_URL: GOOD_URL },
  },
  gateway: {
    bad: {
      ...{ ...COMMON, PORT: 'http', VOTES_ADDRESS: GOOD_URL, BUS_DATABASE_URL: BAD_URL },
      ...{ TRUSTED_PROXIES: 'everyone', RATE_LIMIT_PER_MINUTE: 'many' },
    },
    missing: ['POLLS_ADDRESS'],
    good: { REALTIME_ADDRESS: 'localhost:8081' },
  },
  realtime: {
    bad: { ...COMMON, PORT: '80 80', BUS_DATABASE_URL: BAD_URL, TRUSTED_PROXIES: '10.0.0.0/99' },
    missing: ['POLLS_ADDRESS'],
    good: { VOTES_ADDRESS: 'localhost:50051' },
  },
}

interface Ending {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly tookMs: number
}

const run = (service: string, env: Readonly<Record<string, string>>): Promise<Ending> => {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [`${repository}services/${service}/dist/main.js`], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 5 * WITHIN_MS,
    killSignal: 'SIGKILL',
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (part: string) => (out += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => (err += part))
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, out, err, tookMs: performance.now() - startedMs }))
  })
}

const MOST_ATTEMPTS = 3

/** A machine that is busy with other things may be late, but not each time. */
const runInTime = async (service: string, env: Readonly<Record<string, string>>): Promise<Ending> => {
  for (let attempt = 1; ; attempt += 1) {
    const ending = await run(service, env)
    if (ending.tookMs < WITHIN_MS || attempt === MOST_ATTEMPTS) return ending
  }
}

describe.each(Object.entries(cases))('%s with bad settings', (service, { bad, missing, good }) => {
  test('ends within 2 s, with one message that lists every bad variable and no secret', async () => {
    const ending = await runInTime(service, { ...bad, ...good })

    const listed = ending.err.match(/^ +[A-Z_]+(?=:)/gm)?.map((name) => name.trim())
    expect(listed?.sort()).toEqual([...Object.keys(bad), ...missing].sort())
    expect(ending.out + ending.err).not.toContain(SECRET)
    expect(ending.out).toBe('')
    expect(ending.code).toBe(EXIT_CONFIG)
    expect(ending.tookMs).toBeLessThan(WITHIN_MS)
  })
})
