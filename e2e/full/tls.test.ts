import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { eventually, makeAuthority } from '@votestream/testing'
import { connect } from 'node:tls'
import { freePorts } from '../../local/src/processes/free-ports.js'
import { countsOf, createPoll, readResults, vote } from '../client/polls.js'
import { openRest } from '../client/rest.js'
import { openSocket } from '../client/streams.js'
import { migrationFiles } from '../migration-files.js'
import {
  grpcTlsEnv,
  openSecuredEngines,
  startMigrations,
  startService,
  statusOf,
  untilReady,
  type Env,
  type RunningService,
  type SecuredEngines,
} from '../secured/mesh.js'

// Engines start in seconds, and in many more beside other suites.
jest.setTimeout(120_000)

let engines: SecuredEngines
let ports: { polls: number; votes: number; realtime: number; gateway: number }
let addresses: Env

beforeAll(async () => {
  engines = await openSecuredEngines()
  const [polls = 0, votes = 0, realtime = 0, gateway = 0] = await freePorts(4)
  ports = { polls, votes, realtime, gateway }
  addresses = {
    POLLS_ADDRESS: `dns:///localhost:${polls}`,
    VOTES_ADDRESS: `dns:///localhost:${votes}`,
    REALTIME_ADDRESS: `127.0.0.1:${realtime}`,
  }
})
afterAll(async () => {
  await engines[Symbol.asyncDispose]()
})

/** Every service has a certificate of its own; those that are called have it for the name by which they are. */
const identity = (): Env => grpcTlsEnv(engines.authority.issue('localhost'), engines.authority.caFile)

const startVotes = (env: Env = {}): Promise<RunningService> =>
  startService('votes', {
    ...{ GRPC_PORT: String(ports.votes), ...addresses, ...identity() },
    ...{ ...engines.databaseEnv('votes'), ...engines.redisEnv, ...engines.kafkaEnv, ...env },
  })

const startPolls = (env: Env = {}): Promise<RunningService> =>
  startService('polls', {
    ...{ GRPC_PORT: String(ports.polls), ...addresses, ...identity() },
    MANAGE_SECRET: 'a secret of thirty-two characters',
    ...{ ...engines.databaseEnv('polls'), ...engines.redisEnv, ...env },
  })

const startEdge = (service: 'gateway' | 'realtime', env: Env = {}): Promise<RunningService> =>
  startService(service, {
    ...{ PORT: String(ports[service]), ...addresses, ...identity(), ...engines.redisEnv, ...env },
  })

const saying = (service: { readonly lines: readonly string[] }, text: string): Promise<void> =>
  eventually(() => expect(service.lines.join('\n')).toContain(text), { timeoutMs: 20_000 })

/** Whether somebody with these certificates is let in by a gRPC port: over TLS 1.3 a refusal comes behind the handshake. */
const isLetIn = (port: number, show: { cert?: string; key?: string }): Promise<boolean> =>
  new Promise((resolve) => {
    const { ca } = engines.authority
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca,
      ALPNProtocols: ['h2'],
      ...show,
    })
    const end = (letIn: boolean): void => {
      socket.destroy()
      resolve(letIn)
    }
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
    socket.once('data', () => end(true)) // the server's HTTP/2 settings
  })

describe('a mesh behind TLS and passwords', () => {
  test('is migrated over TLS, by two at once, while polls waits and is not ready', async () => {
    await using polls = await startPolls()
    await eventually(async () => expect(await statusOf(polls, '/livez')).toBe(200), { timeoutMs: 15_000 })
    expect(await statusOf(polls)).toBe(503)

    await using one = startMigrations(engines)
    await using two = startMigrations(engines)

    expect(await Promise.all([one.ended, two.ended])).toEqual([0, 0])
    const migrated = [...one.lines, ...two.lines].filter((line) => line.includes('"migrated"'))
    expect(migrated).toHaveLength(migrationFiles.length)
    await untilReady(polls)
  })

  test('counts a vote end to end, and shows it', async () => {
    await using _polls = await startPolls()
    await using votes = await startVotes()
    await using _realtime = await startEdge('realtime')
    await using gateway = await startEdge('gateway')
    const url = `http://127.0.0.1:${ports.gateway}`
    const rest = openRest(url)
    for (const service of [_polls, votes, _realtime, gateway]) await untilReady(service)
    await saying(votes, 'the log is open')
    const health = async () => (await rest.get('/health')).body
    await eventually(
      async () =>
        expect(await health()).toMatchObject({ status: 'ok', database: true, redis: true, kafka: true }),
      { timeoutMs: 30_000 },
    )

    const poll = await createPoll(rest)
    await using socket = await openSocket(url, poll.id)
    const { version } = await vote(rest, poll.id, 1)
    const shown = await socket.sightings.until((results) => results.version >= version)

    expect(countsOf(shown)).toEqual([0, 1, 0])
    expect(countsOf(await readResults(rest, poll.id))).toEqual([0, 1, 0])
    const said = [_polls, votes, _realtime, gateway].flatMap(({ lines }) => lines).join('\n')
    expect(said).not.toMatch(/secret|PRIVATE KEY|BEGIN CERTIFICATE/)
    rest[Symbol.dispose]()
  })

  test('lets no client in without a certificate, or with one of other authorities', async () => {
    await using polls = await startPolls()
    await untilReady(polls)
    using strangers = makeAuthority()

    expect(await isLetIn(ports.polls, engines.authority.issue('gateway'))).toBe(true)
    expect(await isLetIn(ports.polls, {})).toBe(false)
    expect(await isLetIn(ports.polls, strangers.issue('gateway'))).toBe(false)
  })
})

describe('a service that was told the wrong things', () => {
  test('trusts no PostgreSQL of other authorities, and says so', async () => {
    using strangers = makeAuthority()
    await using polls = await startPolls({ DATABASE_CA_FILE: strangers.caFile })

    await saying(polls, 'unable to verify the first certificate')
    expect(await statusOf(polls)).toBe(503)
  })

  test('trusts no PostgreSQL that its certificate does not name', async () => {
    const { DATABASE_URL = '' } = engines.databaseEnv('polls')
    await using polls = await startPolls({ DATABASE_URL: DATABASE_URL.replace('localhost', '127.0.0.1') })

    await saying(polls, "IP: 127.0.0.1 is not in the cert's list")
  })

  test('is told by PostgreSQL that the password is wrong', async () => {
    await using polls = await startPolls({ DATABASE_PASSWORD: 'wrong' })

    await saying(polls, 'password authentication failed')
  })

  test('trusts no Redis of other authorities, and hears that a password is wrong', async () => {
    using strangers = makeAuthority()
    await using distrusting = await startPolls({ REDIS_CA_FILE: strangers.caFile })
    await saying(distrusting, 'Redis cannot be reached')
    expect(distrusting.lines.join('\n')).toContain('unable to verify the first certificate')
    await distrusting.end()

    await using forgetful = await startPolls({ REDIS_PASSWORD: 'wrong' })

    await saying(forgetful, 'WRONGPASS')
  })

  test.each([
    ['other authorities', 'unable to verify', () => ({ KAFKA_CA_FILE: makeForeignCa() })],
    ['a wrong password', 'Authentication failed', () => ({ KAFKA_SASL_PASSWORD: 'wrong' })],
    [
      'a user who may nothing',
      'uthoriz',
      () => ({
        KAFKA_SASL_USERNAME: engines.kafka.stranger.user,
        KAFKA_SASL_PASSWORD: engines.kafka.stranger.password,
      }),
    ],
  ])('says why the log is not open: %s', async (_what, words, env) => {
    await using votes = await startVotes(env())

    await saying(votes, 'the log cannot be opened yet')
    expect(votes.lines.join('\n')).toContain(words)
  })

  test('ends with 78 where settings contradict each other, and names them', async () => {
    await using polls = await startPolls({ GRPC_TLS_CA_FILE: '', REDIS_URL: 'redis://localhost:1' })

    expect(await polls.ended).toBe(78)
    expect(polls.lines.join('\n')).toContain('GRPC_TLS_CA_FILE: is required')
    expect(polls.lines.join('\n')).toContain('REDIS_CA_FILE: is for TLS')
  })
})

const foreignAuthorities: Disposable[] = []
const makeForeignCa = (): string => {
  const authority = makeAuthority()
  foreignAuthorities.push(authority)
  return authority.caFile
}
afterAll(() => foreignAuthorities.forEach((each) => each[Symbol.dispose]()))
