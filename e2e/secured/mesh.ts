import { eventually, makeAuthority, type Authority, type Certificate } from '@votestream/testing'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../../local/src/processes/free-ports.js'
import { securedKafka, type SecuredKafka } from './kafka.js'
import { securedPostgres, type SecuredPostgres } from './postgres.js'
import { startProgram, type Program } from './program.js'
import { securedRedis, type SecuredRedis } from './redis.js'

const repository = fileURLToPath(new URL('../..', import.meta.url))

export type Env = Readonly<Record<string, string>>

/** The engines, each behind TLS and a password, and what its clients have to be told. */
export interface SecuredEngines extends AsyncDisposable {
  readonly folder: string
  readonly authority: Authority
  readonly postgres: SecuredPostgres
  readonly redis: SecuredRedis
  readonly kafka: SecuredKafka
  readonly redisEnv: Env
  readonly kafkaEnv: Env
  readonly databaseEnv: (role: 'owner' | 'polls' | 'votes') => Env
}

/** One for each role, as a secret would hold them. */
export const passwordOf = (role: string): string => `${role}: 100%25 secret/@?`

export const openSecuredEngines = async (): Promise<SecuredEngines> => {
  const leave: (() => unknown)[] = []
  const leaveAll = async (): Promise<void> => {
    for (const each of leave.reverse()) await each()
  }
  try {
    return { ...(await startEngines(leave)), [Symbol.asyncDispose]: leaveAll }
  } catch (error) {
    await leaveAll()
    throw error
  }
}

const startEngines = async (
  leave: (() => unknown)[],
): Promise<Omit<SecuredEngines, keyof AsyncDisposable>> => {
  const folder = await mkdtemp(join(tmpdir(), 'votestream-secured-'))
  leave.push(() => rm(folder, { recursive: true, force: true }))
  const authority = makeAuthority()
  leave.push(() => authority[Symbol.dispose]())
  const started = async <E extends AsyncDisposable>(starting: Promise<E>): Promise<E> => {
    const engine = await starting
    leave.push(() => engine[Symbol.asyncDispose]())
    return engine
  }
  const postgres = await started(securedPostgres(join(folder, 'postgres'), authority))
  const redis = await started(securedRedis(authority))
  const kafka = await started(securedKafka(join(folder, 'kafka'), authority))
  return {
    ...{ folder, authority, postgres, redis, kafka },
    redisEnv: {
      REDIS_URL: `rediss://${redis.user}@localhost:${redis.port}/0`,
      ...{ REDIS_PASSWORD: redis.password, REDIS_CA_FILE: authority.caFile, REDIS_PREFIX: 'm1:' },
    },
    kafkaEnv: {
      ...{ KAFKA_BROKERS: kafka.brokers, KAFKA_TLS: 'true', KAFKA_CA_FILE: authority.caFile },
      ...{ KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: kafka.user },
      KAFKA_SASL_PASSWORD: kafka.password,
    },
    databaseEnv: (role) => ({
      DATABASE_URL: `postgres://votestream_${role}@localhost:${postgres.port}/votestream`,
      ...{ DATABASE_PASSWORD: passwordOf(role), DATABASE_CA_FILE: authority.caFile },
    }),
  }
}

/** Runs the migrations, which make database and roles first. */
export const startMigrations = ({ databaseEnv, postgres }: SecuredEngines, env: Env = {}): Program =>
  startProgram({
    command: process.execPath,
    args: [join(repository, 'migrations/dist/main.js')],
    env: {
      ...databaseEnv('owner'),
      ADMIN_DATABASE_URL: `postgres://postgres@localhost:${postgres.port}/postgres`,
      ADMIN_DATABASE_PASSWORD: postgres.password,
      ...{ POLLS_PASSWORD: passwordOf('polls'), VOTES_PASSWORD: passwordOf('votes') },
      ...env,
    },
  })

export const grpcTlsEnv = ({ certFile, keyFile }: Certificate, caFile: string): Env => ({
  GRPC_TLS_CERT_FILE: certFile,
  GRPC_TLS_KEY_FILE: keyFile,
  GRPC_TLS_CA_FILE: caFile,
})

/** A service as a process of its own. */
export interface RunningService extends Program {
  readonly opsUrl: string
}

export const startService = async (service: string, env: Env): Promise<RunningService> => {
  const [opsPort = 0] = await freePorts(1)
  const program = startProgram({
    command: process.execPath,
    args: [join(repository, `services/${service}/dist/main.js`)],
    env: { HOST: '127.0.0.1', OPS_PORT: String(opsPort), ...env },
  })
  return { ...program, opsUrl: `http://127.0.0.1:${opsPort}` }
}

export const statusOf = async (service: RunningService, path = '/readyz'): Promise<number> =>
  await fetch(service.opsUrl + path).then(
    ({ status }) => status,
    () => 0,
  )

export const untilReady = (service: RunningService): Promise<void> =>
  eventually(
    async () => {
      if ((await statusOf(service)) !== 200)
        throw new Error(['not ready', ...service.lines.slice(-20)].join('\n'))
    },
    { timeoutMs: 30_000 },
  )
