import { describe, expect, test } from '@jest/globals'
import { postgresProcess, serviceProcesses, type MeshOptions } from './mesh-processes.js'
import { chooseMeshPorts } from './mesh-ports.js'
import { ONE_OF_EACH, type ServiceName } from './replicas.js'
import type { EngineSettings } from './settings.js'

const secrets = { superuser: 's', owner: 'o', polls: 'p', votes: 'v', bus: 'b', manage: 'm' }
const engines = { kafkaBrokers: 'one:9092', redisUrl: 'redis://:hunter2@cache' }
const OWN_ENGINES = { kafkaBrokers: undefined, kafkaTopic: 'votes', redisUrl: undefined }

async function aMesh(own: Partial<MeshOptions> = {}) {
  const replicas = own.replicas ?? ONE_OF_EACH
  const ports = await chooseMeshPorts({ publicPort: 0, replicas, engines: own.engines && OWN_ENGINES })
  const options: MeshOptions = {
    ...{ state: '/state', ports, replicas, engines: undefined, secrets, host: '127.0.0.1', env: {} },
    ...{ shutdownGraceMs: 10_000, ...own },
  }
  const services = serviceProcesses(options)
  const envOf = (service: ServiceName) => services[service].map(({ env }) => env)
  return { ports, services, options, envOf }
}

describe('the embedded way', () => {
  test('has its bus in PostgreSQL, and no engine is told to anybody', async () => {
    const { envOf } = await aMesh({ env: { KAFKA_BROKERS: 'x:1', REDIS_URL: 'redis://x' } })

    expect(envOf('gateway')).toMatchObject([
      { BUS_DATABASE_URL: expect.stringContaining('votestream_bus:b@') },
    ])
    expect(envOf('realtime')).toMatchObject([
      { BUS_DATABASE_URL: expect.stringContaining('votestream_bus:b@') },
    ])
    const all = [...envOf('gateway'), ...envOf('realtime'), ...envOf('polls'), ...envOf('votes')]
    expect(all.filter((env) => 'KAFKA_BROKERS' in env || 'REDIS_URL' in env)).toEqual([])
  })
})

test('polls finds votes, as votes finds polls, and alone has the secret of the manage tokens', async () => {
  const { envOf, ports } = await aMesh()

  expect(envOf('polls')).toMatchObject([
    { VOTES_ADDRESS: `127.0.0.1:${ports.votes?.toString()}`, MANAGE_SECRET: 'm' },
  ])
  const others = [...envOf('gateway'), ...envOf('realtime'), ...envOf('votes')]
  expect(others.filter((env) => 'MANAGE_SECRET' in env)).toEqual([])
})

describe('the full way', () => {
  test('has its bus in Redis, and its log, which votes alone knows, in Kafka', async () => {
    const env = { REDIS_PREFIX: 'mine:', KAFKA_PARTITIONS: '3' }
    const { envOf } = await aMesh({ engines, env })

    const all = [...envOf('gateway'), ...envOf('realtime'), ...envOf('polls'), ...envOf('votes')]
    expect(all.map(({ REDIS_URL, REDIS_PREFIX }) => [REDIS_URL, REDIS_PREFIX])).toEqual(
      all.map(() => ['redis://:hunter2@cache', 'mine:']),
    )
    expect(all.filter((each) => 'BUS_DATABASE_URL' in each)).toEqual([])
    expect(all.map(({ KAFKA_BROKERS }) => KAFKA_BROKERS)).toEqual([
      undefined,
      undefined,
      undefined,
      'one:9092',
    ])
    expect(envOf('votes')).toMatchObject([{ KAFKA_PARTITIONS: '3' }])
  })

  test('has ports for those engines alone that nobody else runs', async () => {
    const named = async (own: Partial<EngineSettings>) => {
      const chosen = { ...OWN_ENGINES, ...own }
      const ports = await chooseMeshPorts({ publicPort: 8080, replicas: ONE_OF_EACH, engines: chosen })
      return Object.keys(ports).filter((name) => /kafka|redis/.test(name))
    }

    expect(await named({})).toEqual(['kafka', 'kafkaController', 'redis'])
    expect(await named(engines)).toEqual([])
  })
})

describe('replicas', () => {
  const replicas = { realtime: 2, gateway: 2, votes: 3, polls: 2 }

  test('are processes with names and ports of their own', async () => {
    const { services, ports, envOf } = await aMesh({ engines, replicas })

    expect(services.votes.map(({ name }) => name)).toEqual(['votes', 'votes-2', 'votes-3'])
    expect(envOf('votes').map(({ GRPC_PORT, OPS_PORT }) => [GRPC_PORT, OPS_PORT])).toEqual([
      [String(ports.votes), String(ports.votesOps)],
      [String(ports['votes-2']), String(ports['votes-2Ops'])],
      [String(ports['votes-3']), String(ports['votes-3Ops'])],
    ])
    expect(new Set(Object.values(ports)).size).toBe(Object.values(ports).length)
  })

  test('are all told to those who call them', async () => {
    const { ports, envOf } = await aMesh({ engines, replicas })
    const listOf = (...names: readonly string[]) =>
      names.map((name) => `127.0.0.1:${ports[name] ?? 0}`).join(',')

    const POLLS_ADDRESS = listOf('polls', 'polls-2')
    const VOTES_ADDRESS = listOf('votes', 'votes-2', 'votes-3')
    const REALTIME_ADDRESS = listOf('realtime', 'realtime-2')
    expect(envOf('gateway')).toMatchObject([
      { PORT: String(ports.gateway), POLLS_ADDRESS, VOTES_ADDRESS, REALTIME_ADDRESS },
      { PORT: String(ports['gateway-2']), POLLS_ADDRESS, VOTES_ADDRESS, REALTIME_ADDRESS },
    ])
    expect(envOf('realtime')).toMatchObject(['', ''].map(() => ({ POLLS_ADDRESS, VOTES_ADDRESS })))
    expect(envOf('votes')).toMatchObject(['', '', ''].map(() => ({ POLLS_ADDRESS })))
  })

  test('find room in the database', async () => {
    const [few, many] = [await aMesh(), await aMesh({ engines, replicas })]
    const connectionsOf = ({ options }: typeof few) => Number(postgresProcess(options).args?.at(-1))

    // Five votes and polls with pools of six, and a listener or a lock each.
    expect(connectionsOf(few)).toBe(60)
    expect(connectionsOf(many)).toBe(60 + 5 * 14)
  })
})
