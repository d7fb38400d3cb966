import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { EngineUnavailable } from '../src/engines/engine-unavailable.js'
import { installedKafka } from '../src/engines/find-kafka.js'
import { installedRedis } from '../src/engines/find-redis.js'
import { readEngineRecord, type EngineRecord } from '../src/engines/guard/engine-record.js'
import type { RunningEngine } from '../src/engines/start-engine.js'
import { startKafka, type StartKafkaOptions } from '../src/engines/start-kafka.js'
import { startRedis, type StartRedisOptions } from '../src/engines/start-redis.js'
import { signalProcess } from '../src/processes/end-processes.js'
import { isAlive, type ProcessId } from '../src/processes/process-id.js'
import { inRepository } from '../src/repository.js'
import { append, createTopic, readAll } from './kafka-wire.js'

// A broker starts in two seconds on an idle machine, and a test starts up to two.
jest.setTimeout(120_000)
const WITHIN_SECONDS = { timeoutMs: 15_000 }

const { env } = process
const context = { env, progress: (text: string) => process.stderr.write(`${text}\n`) }

/** What cannot be had here is skipped with the reason; where every engine is required it fails. */
async function orWhyNot<T>(found: Promise<T>): Promise<{ readonly found?: T; readonly why?: string }> {
  try {
    return { found: await found }
  } catch (error) {
    if (env.REQUIRE_INFRA === '1' || !(error instanceof EngineUnavailable)) throw error
    process.stderr.write(`skipped: ${error.message}\n`)
    return { why: error.reason }
  }
}

const kafka = await orWhyNot(installedKafka(context))
const redis = await orWhyNot(installedRedis(context))

const describeWith = (engine: { why?: string }, name: string, tests: () => void): void =>
  engine.why === undefined ? describe(name, tests) : describe.skip(`${name} (${engine.why})`, tests)

function aStateFolder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'votestream-engine, '))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Stopped at the end of the test, whatever becomes of it. */
async function using<T extends RunningEngine>(starting: Promise<T>): Promise<T & AsyncDisposable> {
  const engine = await starting
  return { ...engine, [Symbol.asyncDispose]: () => engine.stop() }
}

const aKafka = (stateFolder: string, own: Partial<StartKafkaOptions> = {}) =>
  using(startKafka({ env, stateFolder, ...(kafka.found && { installation: kafka.found }), ...own }))

const aRedis = (stateFolder: string, own: Partial<StartRedisOptions> = {}) =>
  using(startRedis({ env, stateFolder, ...(redis.found && { installation: redis.found }), ...own }))

const portOf = (address: string): number => Number(/\d+$/.exec(address)?.[0])

async function redisSays(url: string, command: string): Promise<string> {
  const socket = connect(portOf(url), '127.0.0.1')
  socket.write(`${command}\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return answer.toString().trim()
}

/** A process that starts an engine and holds it, as the launcher does. */
async function aStarter(
  start: 'startKafka' | 'startRedis',
  options: { stateFolder: string; installation: unknown },
) {
  const built = inRepository(
    `local/dist/engines/${start === 'startKafka' ? 'start-kafka' : 'start-redis'}.js`,
  )
  const script = join(options.stateFolder, 'starter.mjs')
  writeFileSync(
    script,
    `import { ${start} } from ${JSON.stringify(pathToFileURL(built).href)}
    await ${start}({ env: process.env, ...${JSON.stringify(options)} })
    console.log('serving')
    setInterval(() => {}, 60_000)`,
  )
  const starter = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(starter, 'close')
  expect(await Promise.race([once(starter.stdout, 'data'), ended])).toEqual([Buffer.from('serving\n')])
  return { pid: starter.pid ?? 0, ended }
}

const recordOf = (stateFolder: string): EngineRecord => {
  const record = readEngineRecord(stateFolder)
  if (record === undefined) throw new Error(`nothing runs in ${stateFolder}`)
  return record
}

/** Without setpriv on the PATH a server is not tied to the life of its guard, as on systems that have no such thing. */
const UNTIED = { ...env, PATH: '/nowhere' }
const tiesChildren = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0

const leftBehind: ProcessId[] = []
afterEach(() => {
  for (const id of leftBehind.splice(0)) signalProcess(id, 'SIGKILL')
})

/** Kills the guard of the engine that runs in the folder, and freezes its server. */
function leaveBehind(stateFolder: string): ProcessId {
  const { server, guard } = recordOf(stateFolder)
  leftBehind.push(server)
  process.kill(server.pid, 'SIGSTOP')
  process.kill(guard.pid, 'SIGKILL')
  return server
}

describeWith(kafka, 'Kafka', () => {
  test('keeps what it acknowledged over a restart, at other ports too', async () => {
    using state = aStateFolder()
    const first = await aKafka(state.path)
    await createTopic(first.brokers, 'votes')
    await eventually(() => append(first.brokers, 'votes', 'kept'), WITHIN_SECONDS)
    await first.stop()

    await using second = await aKafka(state.path)

    expect(second.brokers).not.toBe(first.brokers)
    // A broker that serves may not lead the partition yet.
    expect(await eventually(() => readAll(second.brokers, 'votes'), WITHIN_SECONDS)).toContain('kept')
    expect(await append(second.brokers, 'votes', 'next')).toBe(1)
  })

  test('keeps what it acknowledged over kill -9, and serves again within seconds', async () => {
    using state = aStateFolder()
    const first = await aKafka(state.path)
    await createTopic(first.brokers, 'votes')
    await eventually(() => append(first.brokers, 'votes', 'kept'), WITHIN_SECONDS)

    first.kill9()
    await using second = await aKafka(state.path, { port: portOf(first.brokers) })

    expect(second.pid).not.toBe(first.pid)
    expect(await eventually(() => append(second.brokers, 'votes', 'next'), WITHIN_SECONDS)).toBe(1)
    expect(await readAll(second.brokers, 'votes')).toMatch(/kept[^]*next/)
    expect(await first.ended).toBe('exit code 1')
  })

  test('that a killed run left behind, frozen even, makes room for the next', async () => {
    using state = aStateFolder()
    const first = await aKafka(state.path, { env: UNTIED })
    const left = leaveBehind(state.path)
    expect(await first.ended).toBe('SIGKILL')
    expect(isAlive(left)).toBe(true)

    await using second = await aKafka(state.path, { port: portOf(first.brokers) })

    expect(isAlive(left)).toBe(false)
    expect(isAlive(recordOf(state.path).server)).toBe(true)
    expect(second.pid).not.toBe(first.pid)
  })

  test('ends when whoever started it is killed', async () => {
    using state = aStateFolder()
    const starter = await aStarter('startKafka', {
      stateFolder: state.path,
      installation: kafka.found,
    })
    const { server, guard } = recordOf(state.path)

    process.kill(starter.pid, 'SIGKILL')

    await starter.ended
    await eventually(() => expect([server, guard].filter((id) => isAlive(id))).toEqual([]), WITHIN_SECONDS)
  })

  test('that cannot have its port says so', async () => {
    using state = aStateFolder()
    using other = aStateFolder()
    await using first = await aKafka(state.path)

    await expect(aKafka(other.path, { port: portOf(first.brokers) })).rejects.toThrow(
      `port ${portOf(first.brokers)} of 127.0.0.1 cannot be had: EADDRINUSE`,
    )
  })
})

describeWith(redis, 'Redis', () => {
  test('serves on loopback, and starts empty every time', async () => {
    using state = aStateFolder()
    const first = await aRedis(state.path)
    expect(await redisSays(first.url, 'SET seen yes')).toBe('+OK')
    await first.stop()

    await using second = await aRedis(state.path, { port: portOf(first.url) })

    expect(second.url).toBe(first.url)
    expect(await redisSays(second.url, 'EXISTS seen')).toBe(':0')
  })

  test('starts again after kill -9, at the same port', async () => {
    using state = aStateFolder()
    const first = await aRedis(state.path)

    first.kill9()
    expect(await first.ended).toBe('exit code 1')
    await using second = await aRedis(state.path, { port: portOf(first.url) })

    expect(second.pid).not.toBe(first.pid)
    expect(await redisSays(second.url, 'PING')).toBe('+PONG')
  })

  test('that a killed run left behind, frozen even, makes room for the next', async () => {
    using state = aStateFolder()
    const first = await aRedis(state.path, { env: UNTIED })
    const left = leaveBehind(state.path)
    expect(await first.ended).toBe('SIGKILL')
    expect(isAlive(left)).toBe(true)

    await using second = await aRedis(state.path, { port: portOf(first.url) })

    expect(isAlive(left)).toBe(false)
    expect(await redisSays(second.url, 'PING')).toBe('+PONG')
  })

  test('stops although it is frozen', async () => {
    using state = aStateFolder()
    const engine = await aRedis(state.path)
    const { server } = recordOf(state.path)
    process.kill(engine.pid, 'SIGSTOP')

    await engine.stop()

    expect(isAlive(server)).toBe(false)
    expect(readEngineRecord(state.path)).toBeUndefined()
  })

  test('ends when whoever started it is killed', async () => {
    using state = aStateFolder()
    const starter = await aStarter('startRedis', {
      stateFolder: state.path,
      installation: redis.found,
    })
    const { server, guard } = recordOf(state.path)

    process.kill(starter.pid, 'SIGKILL')

    await starter.ended
    await eventually(() => expect([server, guard].filter((id) => isAlive(id))).toEqual([]), WITHIN_SECONDS)
  })

  const testOnLinux = tiesChildren ? test : test.skip
  testOnLinux('ends when whoever started it and its guard are killed at once', async () => {
    using state = aStateFolder()
    const starter = await aStarter('startRedis', {
      stateFolder: state.path,
      installation: redis.found,
    })
    const { server, guard } = recordOf(state.path)

    for (const pid of [starter.pid, guard.pid]) process.kill(pid, 'SIGKILL')

    await starter.ended
    await eventually(() => expect(isAlive(server)).toBe(false), WITHIN_SECONDS)
  })

  test('is not taken from those who use it', async () => {
    using state = aStateFolder()
    await using engine = await aRedis(state.path)

    await expect(aRedis(state.path)).rejects.toThrow(
      `process ${process.pid} already runs an engine in ${state.path}`,
    )

    expect(await redisSays(engine.url, 'PING')).toBe('+PONG')
  })

  test('can be started several times at once, each for itself', async () => {
    using one = aStateFolder()
    using two = aStateFolder()

    const engines = await Promise.all([aRedis(one.path), aRedis(two.path)])
    await using first = engines[0]
    await using second = engines[1]

    expect(first.url).not.toBe(second.url)
    expect(await redisSays(first.url, 'PING')).toBe('+PONG')
    expect(await redisSays(second.url, 'PING')).toBe('+PONG')
  })
})
