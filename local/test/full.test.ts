import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { portsOf } from '../../e2e/run-record.js'
import { startLauncher, startMesh, type RunningMesh } from '../../e2e/mesh.js'
import { aliveOf, aStateFolder, identifyAll } from './support.js'

// A full mesh boots in some five seconds on two idle cores, and each test boots one or two.
jest.setTimeout(240_000)

/** A broker that was killed takes some five seconds to come back, and a group waits up to ten for a lost member. */
const BACK_LIMIT = { timeoutMs: 60_000 }
const GONE_LIMIT = { timeoutMs: 20_000 }

const ENGINES = ['kafka', 'kafka-guard', 'postgres', 'postgres-guard', 'redis', 'redis-guard']
const SERVICES = ['gateway', 'polls', 'realtime', 'votes']

/** What one process has found out by a call of its own takes a moment after it came up. */
const expectAllWell = (url: string): Promise<void> =>
  eventually(async () => expect(await healthOf(url)).toMatchObject(ALL_WELL), GONE_LIMIT)

const healthOf = async (url: string): Promise<unknown> => (await fetch(`${url}/health`)).json()
const ALL_WELL = { status: 'ok', database: true, redis: true, kafka: true }

async function votedOn(mesh: RunningMesh): Promise<number> {
  const json = { 'content-type': 'application/json' }
  const question = { question: 'Does it survive?', options: [{ text: 'Yes' }, { text: 'No' }] }
  const post = (path: string, body: unknown) =>
    fetch(`${mesh.url}${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) })
  const { id } = (await (await post('/polls', question)).json()) as { id: number }
  await eventually(
    async () => expect((await post(`/polls/${id}/vote`, { choice: 0 })).status).toBe(200),
    BACK_LIMIT,
  )
  return id
}

const totalOf = async ({ url }: RunningMesh, pollId: number): Promise<unknown> =>
  ((await (await fetch(`${url}/polls/${pollId}/results`)).json()) as { total_votes: number }).total_votes

describe('a running full mesh', () => {
  // One for all of these: a start takes seconds, and each of them leaves it as it was.
  let mesh: RunningMesh
  beforeAll(async () => {
    mesh = await startMesh({ full: true, replicas: { votes: 2, gateway: 2 } })
  })
  afterAll(async () => {
    await mesh.stop()
  })

  test('is its services, their replicas and three engines, each a process of its own', async () => {
    const expected = ['launcher', ...SERVICES, 'votes-2', 'gateway-2', ...ENGINES]
    expect(Object.keys(await mesh.pids()).sort()).toEqual(expected.sort())
    await expectAllWell(mesh.url)
  })

  test('notes the port of every process, and a further gateway answers at its own', async () => {
    const ports = await portsOf(mesh.runFolder)

    const processes = ['gateway', 'gateway-2', 'votes', 'votes-2', 'polls', 'realtime']
    const names = [...processes, ...processes.map((name) => `${name}Ops`)]
    expect(Object.keys(ports).sort()).toEqual(
      [...names, 'postgres', 'kafka', 'kafkaController', 'redis'].sort(),
    )
    await expectAllWell(`http://127.0.0.1:${ports['gateway-2'] ?? 0}`)
  })

  test('was announced with where a vote can be seen on its way, and without a password', async () => {
    const ports = await portsOf(mesh.runFolder)
    const said = mesh.logs.join('\n')
    const secrets = await readFile(join(mesh.runFolder, 'secrets.json'), 'utf8')
    const passwords = Object.values(JSON.parse(secrets) as Record<string, string>)

    expect(said).toContain(`127.0.0.1:${ports.kafka ?? 0} `)
    expect(said).toContain(`redis://127.0.0.1:${ports.redis ?? 0} `)
    expect(said).toContain(`postgres://postgres@127.0.0.1:${ports.postgres ?? 0}/votestream `)
    expect(said).toContain(`http://127.0.0.1:${ports['gateway-2'] ?? 0} `)
    expect(passwords.filter((password) => said.includes(password))).toEqual([])
  })

  test.each(['kafka', 'kafka-guard', 'redis', 'redis-guard', 'votes-2'])(
    'starts %s again when it is killed, and all is well again',
    async (name) => {
      const before = (await mesh.pids())[name] ?? 0

      process.kill(before, 'SIGKILL')

      await eventually(async () => {
        expect((await mesh.pids())[name]).toEqual(expect.any(Number))
        expect((await mesh.pids())[name]).not.toBe(before)
        expect(await healthOf(mesh.url)).toMatchObject(ALL_WELL)
      }, BACK_LIMIT)
      await votedOn(mesh)
    },
  )

  test('starts a replica again that stopped in order because somebody else asked it to', async () => {
    const { 'votes-2Ops': opsPort = 0 } = await portsOf(mesh.runFolder)
    const isReady = async () => expect((await fetch(`http://127.0.0.1:${opsPort}/readyz`)).status).toBe(200)
    await eventually(isReady, BACK_LIMIT)
    const before = (await mesh.pids())['votes-2'] ?? 0

    process.kill(before, 'SIGTERM')

    await eventually(async () => {
      expect((await mesh.pids())['votes-2']).toEqual(expect.any(Number))
      expect((await mesh.pids())['votes-2']).not.toBe(before)
    }, BACK_LIMIT)
    expect(mesh.logs.join('\n')).toMatch(/votes-2 +stopped$/m)
    expect(mesh.logs.join('\n')).toMatch(/votes-2 ended \(exit code 0\): starting it again( in \d+ ms)?$/m)
    await eventually(isReady, BACK_LIMIT)
  })

  test('leaves room for an embedded mesh beside it, in the same state folder', async () => {
    await using embedded = await startMesh({ stateFolder: mesh.stateFolder })

    await eventually(async () =>
      expect(await healthOf(embedded.url)).toMatchObject({ status: 'ok', redis: null, kafka: null }),
    )
    await expectAllWell(mesh.url)
  })

  test('can lend its engines to another one, which then runs none of its own', async () => {
    const { kafka = 0, redis = 0 } = await portsOf(mesh.runFolder)
    const env = {
      ...{ KAFKA_BROKERS: `127.0.0.1:${kafka}`, KAFKA_TOPIC: 'other-votes', KAFKA_PARTITIONS: '2' },
      ...{ REDIS_URL: `redis://127.0.0.1:${redis}`, REDIS_PREFIX: 'other:' },
    }

    await using other = await startMesh({ full: true, env })

    const expected = ['launcher', ...SERVICES, 'postgres', 'postgres-guard']
    expect(Object.keys(await other.pids()).sort()).toEqual(expected.sort())
    expect(await totalOf(other, await votedOn(other))).toBe(1)
    expect(other.logs.join('\n')).toMatch(/topic other-votes(.|\n)*key other:results:/)
  })
})

describe('the state of a full mesh', () => {
  test('outlives an orderly stop, which ends callers before those whom they call, and leaves nothing', async () => {
    await using state = await aStateFolder()
    const mesh = await startMesh({ full: true, stateFolder: state.path })
    const poll = await votedOn(mesh)
    const processes = await identifyAll(mesh)

    const code = await mesh.stop()

    expect(code).toBe(0)
    expect(aliveOf(processes)).toEqual([])
    const stopping = mesh.logs
      .map((line) => /^\S+ (\w+) +stopping /.exec(line)?.[1])
      .filter((name) => name !== undefined)
    expect(stopping).toEqual(['realtime', 'gateway', 'votes', 'polls'])
    expect((await readdir(mesh.runFolder)).sort()).toEqual(['kafka', 'postgres', 'redis', 'secrets.json'])
    await using again = await startMesh({ full: true, stateFolder: state.path })
    expect(await totalOf(again, poll)).toBe(1)
  })

  test('outlives kill -9 of the launcher, whose processes are gone within seconds, and of everything', async () => {
    await using state = await aStateFolder()
    const first = await startMesh({ full: true, stateFolder: state.path })
    const poll = await votedOn(first)
    const ofFirst = await identifyAll(first)

    await first.kill9Launcher()
    await eventually(() => expect(aliveOf(ofFirst)).toEqual([]), GONE_LIMIT)

    const second = await startMesh({ full: true, stateFolder: state.path })
    const ofSecond = await identifyAll(second)
    for (const { pid } of Object.values(ofSecond)) process.kill(pid, 'SIGKILL')
    await eventually(() => expect(aliveOf(ofSecond)).toEqual([]), GONE_LIMIT)

    await using third = await startMesh({ full: true, stateFolder: state.path })
    expect(await totalOf(third, poll)).toBe(1)
    await votedOn(third)
  })

  test('is freed of what a killed run left running: a frozen guard and a frozen service', async () => {
    await using state = await aStateFolder()
    const mesh = await startMesh({ full: true, stateFolder: state.path })
    const { polls, kafka, 'kafka-guard': guard, ...others } = await identifyAll(mesh)
    if (!polls || !kafka || !guard) throw new Error('something does not run')
    for (const { pid } of [polls, guard]) process.kill(pid, 'SIGSTOP') // they cannot notice that the launcher is gone
    await mesh.kill9Launcher()
    await eventually(() => expect(aliveOf(others)).toEqual([]), GONE_LIMIT)

    await using again = await startMesh({ full: true, stateFolder: state.path })

    expect(aliveOf({ polls, kafka, guard })).toEqual([])
    expect(again.logs.join('\n')).toContain(`ended what a killed run left: kafka-guard (pid ${guard.pid})`)
  })

  test('is refused when it was counted from the log of the other way to run, once and clearly', async () => {
    await using state = await aStateFolder()
    const embedded = await startMesh({ stateFolder: state.path })
    await embedded.stop()
    await mkdir(join(state.path, 'full'))
    for (const name of ['postgres', 'secrets.json'])
      await rename(join(state.path, 'embedded', name), join(state.path, 'full', name))

    const launcher = startLauncher(['--full'], { VOTESTREAM_STATE: state.path, PORT: '0' })

    expect(await launcher.ended).toBe(78)
    const said = launcher.logs.filter((line) => line.includes('was counted from a direct log'))
    expect(said).toHaveLength(1)
    expect((await readdir(join(state.path, 'full'))).sort()).toEqual([
      'kafka',
      'postgres',
      'redis',
      'secrets.json',
    ])
  })
})

describe('what cannot run is said in one clear line, and nothing is left running:', () => {
  test('Kafka without a Java', async () => {
    await using state = await aStateFolder()
    const env = { JAVA_HOME: state.path, VOTESTREAM_STATE: state.path, PORT: '0' }
    const launcher = startLauncher(['--full'], env)

    expect(await launcher.ended).toBe(1)
    expect(launcher.logs.join('\n')).toContain(
      `Kafka is not available here: JAVA_HOME is ${state.path}, and there is no bin/java`,
    )
    expect(await readdir(join(state.path, 'full'))).not.toContain('run.json')
  })

  test.each([
    ['KAFKA_BROKERS', '127.0.0.1:1'],
    ['REDIS_URL', 'redis://127.0.0.1:1'],
  ])('%s where nobody answers', async (name, value) => {
    await using state = await aStateFolder()
    const launcher = startLauncher(['--full'], { [name]: value, VOTESTREAM_STATE: state.path, PORT: '0' })

    expect(await launcher.ended).toBe(1)
    expect(launcher.logs).toEqual([expect.stringContaining(`${name}: nobody answers at 127.0.0.1 port 1`)])
    expect(await readdir(join(state.path, 'full'))).toEqual([])
  })

  test('brokers that are none', async () => {
    const launcher = startLauncher(['--full'], { KAFKA_BROKERS: 'somewhere' })

    expect(await launcher.ended).toBe(78)
    expect(launcher.logs.join('\n')).toMatch(/KAFKA_BROKERS: must be host:port/)
  })

  test('several votes without Kafka', async () => {
    const launcher = startLauncher(['--replicas', 'votes=2'], {})

    expect(await launcher.ended).toBe(2)
    expect(launcher.logs).toEqual([expect.stringContaining('several votes need --full')])
  })
})
