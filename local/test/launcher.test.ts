import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { startLauncher, startMesh, type RunningMesh } from '../../e2e/mesh.js'
import { aliveOf, aStateFolder, expectHealthy, identifyAll } from './support.js'

// A whole mesh boots in three seconds on two cores, and each test boots one or two.
jest.setTimeout(90_000)

/** The launcher's children notice its death by themselves, the server after its last writes: seconds, on a machine that has nothing else to do. */
const WITHIN_SECONDS = { timeoutMs: 30_000 }

const MESH = ['gateway', 'launcher', 'polls', 'postgres', 'postgres-guard', 'realtime', 'votes']

describe('a running mesh', () => {
  // One for all of these: a start takes seconds, and each of them leaves it as it was.
  let mesh: RunningMesh
  beforeAll(async () => {
    mesh = await startMesh()
  })
  afterAll(async () => {
    await mesh.stop()
  })

  test('is four services and a database, each a process of its own', async () => {
    expect(Object.keys(await mesh.pids()).sort()).toEqual(MESH)
    await expectHealthy(mesh)
  })

  test('was announced with three commands to try', () => {
    const commands = mesh.logs.filter((line) => line.startsWith('  curl '))

    expect(commands).toHaveLength(3)
    expect(commands.every((command) => command.includes(mesh.url))).toBe(true)
  })

  test('keeps its state folder to itself', async () => {
    const second = startLauncher([], { VOTESTREAM_STATE: mesh.stateFolder, PORT: '0' })

    expect(await second.ended).toBe(1)
    expect(second.logs).toEqual([
      expect.stringContaining(`already runs: process ${(await mesh.pids()).launcher ?? 0}`),
    ])
    await expectHealthy(mesh)
  })

  test.each(['gateway', 'polls', 'votes', 'realtime', 'postgres', 'postgres-guard'])(
    'starts %s again when it is killed, at the same address',
    async (name) => {
      const before = (await mesh.pids())[name] ?? 0

      process.kill(before, 'SIGKILL')

      await eventually(async () => {
        expect((await mesh.pids())[name]).toEqual(expect.any(Number))
        expect((await mesh.pids())[name]).not.toBe(before)
        expect(await (await fetch(`${mesh.url}/health`)).json()).toMatchObject({ status: 'ok' })
      }, WITHIN_SECONDS)
    },
  )
})

describe('npm start', () => {
  test('with --demo fills in a dozen polls, and no more the second time', async () => {
    await using state = await aStateFolder()
    const first = await startMesh({ stateFolder: state.path, args: ['--demo'] })
    const before = await pollsOf(first)
    await first.stop()

    await using second = await startMesh({ stateFolder: state.path, args: ['--demo'] })

    expect(before).toHaveLength(12)
    expect(await pollsOf(second)).toEqual(before)
  })

  test('with --json writes nothing but JSON lines', async () => {
    await using state = await aStateFolder()
    const launcher = startLauncher(['--json'], { VOTESTREAM_STATE: state.path, PORT: '0' })

    await eventually(() => expect(launcher.logs.join('\n')).toContain('is ready:'), { timeoutMs: 60_000 })
    await launcher.end('SIGTERM')

    expect(launcher.logs.map((line) => typeof JSON.parse(line))).toEqual(launcher.logs.map(() => 'object'))
  })
})

describe('what cannot run is said in one clear line, before anything is started:', () => {
  test('a port in use', async () => {
    await using state = await aStateFolder()
    await using other = await aListener()
    const launcher = startLauncher([], { VOTESTREAM_STATE: state.path, PORT: String(other.port) })

    expect(await launcher.ended).toBe(1)
    expect(launcher.logs).toEqual([expect.stringContaining(`Port ${other.port} is in use`)])
    expect(await readdir(join(state.path, 'embedded'))).toEqual([])
  })

  test('an option that does not exist', async () => {
    const launcher = startLauncher(['--dmo'], {})

    expect(await launcher.ended).toBe(2)
    expect(launcher.logs).toEqual([expect.stringContaining("'--dmo'")])
  })

  test('a port that is none', async () => {
    const launcher = startLauncher([], { PORT: 'http' })

    expect(await launcher.ended).toBe(78)
    expect(launcher.logs.join('\n')).toMatch(/PORT: must be a port/)
  })

  test('a bad setting of a service ends all of it with the service’s own message', async () => {
    await using state = await aStateFolder()
    const launcher = startLauncher([], {
      VOTESTREAM_STATE: state.path,
      PORT: '0',
      RATE_LIMIT_PER_MINUTE: 'many',
    })

    expect(await launcher.ended).toBe(78)
    expect(launcher.logs.join('\n')).toMatch(/gateway +.*RATE_LIMIT_PER_MINUTE/)
  })
})

test('--help tells options, variables, files and exit codes, and starts nothing', async () => {
  const launcher = startLauncher(['--help'], {})

  expect(await launcher.ended).toBe(0)
  expect(launcher.logs.join('\n')).toMatch(/--demo(.|\n)*PORT(.|\n)*run\.json(.|\n)*78/)
})

describe('Ctrl-C', () => {
  test('stops one after the other, nobody before its callers, and leaves nothing', async () => {
    await using state = await aStateFolder()
    const mesh = await startMesh({ stateFolder: state.path })
    const processes = await identifyAll(mesh)

    const code = await mesh.stop()

    expect(code).toBe(0)
    expect(aliveOf(processes)).toEqual([])
    const stopping = mesh.logs
      .map((line) => /^\S+ (\w+) +stopping /.exec(line)?.[1])
      .filter((name) => name !== undefined)
    expect(stopping).toEqual(['realtime', 'gateway', 'votes', 'polls'])
    expect((await readdir(join(state.path, 'embedded'))).sort()).toEqual(['postgres', 'secrets.json'])
  })

  test('pressed twice ends everything at once, and the next start works', async () => {
    await using state = await aStateFolder()
    const mesh = await startMesh({ stateFolder: state.path })
    const processes = await identifyAll(mesh)

    process.kill((await mesh.pids()).launcher ?? 0, 'SIGINT')
    await eventually(() => expect(mesh.logs.join('\n')).toContain('Ctrl-C: stopping'))
    const code = await mesh.stop()

    expect(code).toBe(130)
    expect(aliveOf(processes)).toEqual([])
    await using again = await startMesh({ stateFolder: state.path })
    await expectHealthy(again)
  })
})

describe('when something is killed', () => {
  test('the launcher: nothing is left within seconds, and the next start works', async () => {
    await using state = await aStateFolder()
    const mesh = await startMesh({ stateFolder: state.path })
    const processes = await identifyAll(mesh)

    await mesh.kill9Launcher()

    await eventually(() => expect(aliveOf(processes)).toEqual([]), WITHIN_SECONDS)
    await using again = await startMesh({ stateFolder: state.path })
    await expectHealthy(again)
  })

  test('everything at once: the next start recovers', async () => {
    await using state = await aStateFolder()
    const mesh = await startMesh({ stateFolder: state.path })
    const processes = await identifyAll(mesh)

    for (const { pid } of Object.values(processes)) process.kill(pid, 'SIGKILL')

    await eventually(() => expect(aliveOf(processes)).toEqual([]), WITHIN_SECONDS)
    await using again = await startMesh({ stateFolder: state.path })
    await expectHealthy(again)
  })
})

test('what a killed run left running is ended by the next start', async () => {
  await using state = await aStateFolder()
  const mesh = await startMesh({ stateFolder: state.path })
  const { polls, ...others } = await identifyAll(mesh)
  if (polls === undefined) throw new Error('there is no polls')
  process.kill(polls.pid, 'SIGSTOP') // it cannot notice that the launcher is gone
  await mesh.kill9Launcher()
  await eventually(() => expect(aliveOf(others)).toEqual([]), WITHIN_SECONDS)

  await using again = await startMesh({ stateFolder: state.path })

  expect(aliveOf({ polls })).toEqual([])
  expect(again.logs.join('\n')).toContain(`ended what a killed run left: polls (pid ${polls.pid})`)
})

test('a stranger that got the number of a dead service is left alone', async () => {
  await using state = await aStateFolder()
  const stranger = { pid: process.pid, startedAt: 'before this process' }
  const record = { launcher: stranger, processes: { votes: stranger }, ports: {}, url: '' }
  await mkdir(join(state.path, 'embedded'))
  await writeFile(join(state.path, 'embedded', 'run.json'), JSON.stringify(record))

  await using again = await startMesh({ stateFolder: state.path })

  // This very process would have been ended.
  expect(again.logs.join('\n')).not.toContain('ended what a killed run left')
})

test('an initdb that was killed half-way is repaired', async () => {
  await using state = await aStateFolder()
  const launcher = startLauncher([], { VOTESTREAM_STATE: state.path, PORT: '0' })
  const server = join(state.path, 'embedded', 'postgres')
  await eventually(
    async () => expect(await readdir(server)).toContainEqual(expect.stringContaining('draft-')),
    WITHIN_SECONDS,
  )
  await launcher.end('SIGKILL')

  await using mesh = await startMesh({ stateFolder: state.path })

  expect(await readdir(server)).toEqual(['data'])
  await expectHealthy(mesh)
})

async function pollsOf(mesh: RunningMesh): Promise<unknown[]> {
  return (await (await fetch(`${mesh.url}/polls`)).json()) as unknown[]
}

async function aListener(): Promise<AsyncDisposable & { port: number }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close }
}
