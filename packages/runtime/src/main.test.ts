import { beforeAll, describe, expect, test } from '@jest/globals'
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

// main() ends its process, so it is tried in processes of its own, which import the built package.
const PACKAGE = join(import.meta.dirname, '..')
const TSC = join(PACKAGE, '../../node_modules/typescript/bin/tsc')
const RUNTIME = pathToFileURL(join(PACKAGE, 'dist/index.js')).href
// A process that hangs fails its test instead of the suite.
const LONGEST_LIFE_MS = 10_000

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly tookMs: number
}

interface Run extends Disposable {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves once the service has printed its `up` line. */
  readonly up: Promise<void>
}

/** Runs `body` as the service of a child process; `supervised` gives it an IPC channel. */
const runService = (
  body: string,
  { env = {}, supervised = false }: { env?: Record<string, string>; supervised?: boolean } = {},
): Run => {
  const script = `import * as runtime from '${RUNTIME}'
    import { setTimeout as sleep } from 'node:timers/promises'
    runtime.main('votes', async ({ env, logger, shutdown }) => { ${body} })`
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(supervised ? ['ipc' as const] : [])],
    timeout: LONGEST_LIFE_MS,
    killSignal: 'SIGKILL',
  })
  const up = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('"up"')) resolve()
    })
  })
  return { child, up, ended: endOf(child, startedAt), [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

const endOf = async (child: ChildProcess, startedAt: number): Promise<Ended> => {
  const read = async (stream: Readable | null): Promise<string> => {
    let all = ''
    stream?.on('data', (chunk: Buffer) => (all += chunk.toString()))
    if (stream !== null) await once(stream, 'close')
    return all
  }
  // Not 'close' of the child: Node leaves it out after a disconnect() on this side.
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const [[code, signal], stdout, stderr] = await Promise.all([exit, read(child.stdout), read(child.stderr)])
  return { code, signal, stdout, stderr, tookMs: performance.now() - startedAt }
}

const SERVE = `logger.info('up'); await shutdown; logger.info('drained')`
const HANG = `logger.info('up'); await shutdown; await new Promise(() => undefined)`

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [TSC, '-b', PACKAGE])
}, 60_000)

describe('main', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('stops in order on %s', async (signal) => {
    using run = runService(SERVE)
    await run.up

    run.child.kill(signal)

    expect(await run.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('drained'), stderr: '' })
  })

  test('remembers a signal that comes while the service still starts', async () => {
    using run = runService(`logger.info('up'); await sleep(200); ${SERVE}`)
    await run.up

    run.child.kill('SIGTERM')

    expect(await run.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('drained') })
  })

  test('lives while the service waits for nothing but its shutdown', async () => {
    using run = runService(`await shutdown.constructor.race([shutdown, new Promise(() => undefined)])`)

    const first = await Promise.race([run.ended, new Promise((resolve) => setTimeout(resolve, 700, 'alive'))])

    expect(first).toBe('alive')
  })

  test('ends with 0 when the service is done, without being asked', async () => {
    using run = runService(`logger.info('migrated')`)

    expect(await run.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('migrated') })
  })

  test('ends although the service left something open, and says what', async () => {
    using run = runService(`setInterval(() => undefined, 1000)`)

    expect(await run.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('left open') })
  })

  test('ends with 1 when the stop outlasts the grace', async () => {
    using run = runService(HANG, { env: { SHUTDOWN_GRACE_MS: '300' } })
    await run.up

    run.child.kill('SIGTERM')

    expect(await run.ended).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('did not stop in time'),
    })
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends at once on a second %s', async (signal, code) => {
    using run = runService(`process.on('${signal}', () => logger.info('heard')); ${HANG}`)
    await run.up
    run.child.kill(signal)
    await once(run.child.stdout as NodeJS.ReadableStream, 'data')

    run.child.kill(signal)

    expect(await run.ended).toMatchObject({ code, signal: null })
  })

  test("goes on stopping when its supervisor's SIGTERM follows the terminal's SIGINT", async () => {
    using run = runService(`logger.info('up'); await shutdown; await sleep(300); logger.info('drained')`)
    await run.up

    run.child.kill('SIGINT')
    run.child.kill('SIGTERM')

    expect(await run.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('drained') })
  })

  test('prints one message that lists every bad variable, without their values, and ends with 78 within 2 s', async () => {
    using run = runService(
      `const { z, GRPC_PORT, DATABASE_URL } = { z: (await import('zod')).z, GRPC_PORT: runtime.port(1), DATABASE_URL: runtime.secretUrl() }
       runtime.readEnv(z.object({ ...runtime.commonSettings, GRPC_PORT, DATABASE_URL }), env)`,
      {
        env: {
          GRPC_PORT: 'hunter2',
          DATABASE_URL: 'hunter2://hunter2',
          SHUTDOWN_GRACE_MS: '1s',
          LOG_LEVEL: 'loud',
        },
      },
    )

    const { code, stdout, stderr, tookMs } = await run.ended

    expect(code).toBe(78)
    expect(stdout).toBe('')
    expect(stderr.trimEnd().split('\n')).toEqual([
      'bad settings:',
      expect.stringContaining('LOG_LEVEL'),
      expect.stringContaining('SHUTDOWN_GRACE_MS'),
      expect.stringContaining('GRPC_PORT'),
      expect.stringContaining('DATABASE_URL'),
    ])
    expect(stderr).not.toContain('hunter2')
    expect(tookMs).toBeLessThan(2_000)
  })

  test('finds the bad setting behind a start whose stop failed as well', async () => {
    using run = runService(
      `throw new AggregateError([new runtime.ConfigError('fsync is off'), new Error('stuck')], 'start failed')`,
    )

    expect(await run.ended).toMatchObject({ code: 78, stdout: '', stderr: 'fsync is off\n' })
  })

  test('logs any other failure of the service with its cause and ends with 1', async () => {
    using run = runService(`throw new Error('port in use', { cause: new Error('EADDRINUSE') })`)

    expect(await run.ended).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/"level":"fatal".*port in use.*EADDRINUSE.*the service failed/),
    })
  })

  test.each([
    ['an unhandled rejection', `Promise.reject(new Error('forgotten'))`, /"level":"fatal".*forgotten/],
    ['an uncaught exception', `setTimeout(() => { throw new Error('thrown') })`, /"level":"fatal".*thrown/],
    ['a rejection with no error', `Promise.reject(undefined)`, /"level":"fatal".*unhandled rejection/],
  ])('ends with 1 and says so on %s', async (_what, statement, line) => {
    using run = runService(`${statement}; ${SERVE}`)

    expect(await run.ended).toMatchObject({ code: 1, stdout: expect.stringMatching(line) })
  })
})

describe('a supervised service', () => {
  test('stops when its supervisor is gone', async () => {
    using run = runService(SERVE, { supervised: true })
    await run.up

    run.child.disconnect()

    expect(await run.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('drained') })
  })

  test('stops just as well when its output has lost its reader too, as after a kill -9 of the supervisor', async () => {
    using run = runService(SERVE, { supervised: true })
    await run.up

    run.child.stdout?.destroy()
    run.child.stderr?.destroy()
    run.child.disconnect()

    expect(await once(run.child, 'exit')).toEqual([0, null])
  })

  test('stops on SIGTERM without waiting for its supervisor to close the channel', async () => {
    using run = runService(SERVE, { supervised: true })
    await run.up

    run.child.kill('SIGTERM')

    expect(await run.ended).toMatchObject({ code: 0, stdout: expect.not.stringContaining('left open') })
  })

  test('announces the ports that it bound', async () => {
    using run = runService(`runtime.announce({ grpc: 50051, ops: 9090 }); ${SERVE}`, { supervised: true })

    const [message] = (await once(run.child, 'message')) as unknown[]

    expect(message).toEqual({ type: 'serving', ports: { grpc: 50051, ops: 9090 } })
  })

  test('has nobody to announce to when it runs alone, and does not mind', async () => {
    using run = runService(`runtime.announce({ grpc: 50051 })`)

    expect(await run.ended).toMatchObject({ code: 0 })
  })
})
