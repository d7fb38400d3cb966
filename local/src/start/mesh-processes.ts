import { urlForRole, type DatabaseRole } from '@votestream/postgres'
import type { ProcessSpec } from '../processes/supervised-process.js'
import { meshConnections } from '../postgres/server-settings.js'
import { guardSpec } from '../postgres/guard-spec.js'
import { serverUrl } from '../postgres/server-url.js'
import { inRepository } from '../repository.js'
import type { Secrets } from '../state/secrets.js'
import { DATABASE } from './prepare-database.js'
import type { EngineAddresses } from './engines.js'
import { portOf, type MeshPorts } from './mesh-ports.js'
import { engineEnv, inheritedEnv } from './inherited-env.js'
import { replicaNames, SERVICES, type Replicas, type ServiceName } from './replicas.js'

export interface MeshOptions {
  readonly state: string
  readonly ports: MeshPorts
  readonly replicas: Replicas
  /** Undefined for the embedded way. */
  readonly engines: EngineAddresses | undefined
  readonly secrets: Secrets
  readonly host: string
  readonly env: NodeJS.ProcessEnv
  readonly shutdownGraceMs: number
}

/** Beyond a service's own deadline: it should end by itself and say why. */
const STOP_MARGIN_MS = 2000
const LOOPBACK = '127.0.0.1'

/** How to run PostgreSQL for a mesh. */
export const postgresProcess = ({ state, ports, replicas, env }: MeshOptions): ProcessSpec =>
  guardSpec({
    state,
    port: portOf(ports, 'postgres'),
    maxConnections: meshConnections(SERVICES.reduce((sum, service) => sum + replicas[service], 0)),
    env: inheritedEnv(env),
  })

/** How to run the replicas of each service, and how they find each other. */
export function serviceProcesses(
  options: MeshOptions,
): Readonly<Record<ServiceName, readonly ProcessSpec[]>> {
  const { ports, env, replicas } = options
  const settings = settingsOf(options)
  const processesOf = (service: ServiceName): ProcessSpec[] =>
    replicaNames(service, replicas).map((name) => {
      const opsPort = portOf(ports, `${name}Ops`)
      return {
        name,
        script: inRepository(`services/${service}/dist/main.js`),
        args: [`--state=${options.state}`], // read by nobody: `ps` shows to which mesh a process belongs
        env: {
          ...inheritedEnv(env),
          HOST: LOOPBACK,
          OPS_PORT: String(opsPort),
          ...settings[service](portOf(ports, name)),
        },
        readyUrl: `http://${LOOPBACK}:${opsPort}/readyz`,
        stopGraceMs: options.shutdownGraceMs + STOP_MARGIN_MS,
      }
    })
  return {
    realtime: processesOf('realtime'),
    gateway: processesOf('gateway'),
    votes: processesOf('votes'),
    polls: processesOf('polls'),
  }
}

type SettingsOf = Readonly<Record<ServiceName, (port: number) => NodeJS.ProcessEnv>>

/** What each service is told beyond what it inherits. */
function settingsOf(options: MeshOptions): SettingsOf {
  const { ports, replicas, engines, env } = options
  const addresses = (service: ServiceName): string =>
    replicaNames(service, replicas)
      .map((name) => `${LOOPBACK}:${portOf(ports, name)}`)
      .join(',')
  const database = (role: DatabaseRole): string =>
    urlForRole(serverUrl(portOf(ports, 'postgres'), options.secrets), {
      role,
      password: options.secrets[role],
      database: DATABASE,
    })
  const redis = engines && { ...engineEnv(env, 'REDIS'), REDIS_URL: engines.redisUrl }
  const kafka = engines && { ...engineEnv(env, 'KAFKA'), KAFKA_BROKERS: engines.kafkaBrokers }
  const bus = redis ?? { BUS_DATABASE_URL: database('bus') }
  const POLLS_ADDRESS = addresses('polls')
  const VOTES_ADDRESS = addresses('votes')
  return {
    realtime: (port) => ({
      ...{ PORT: String(port), ...bus, POLLS_ADDRESS, VOTES_ADDRESS },
      // Streams reach it through the gateway, and those whom the gateway trusts.
      TRUSTED_PROXIES: [LOOPBACK, env.TRUSTED_PROXIES].filter(Boolean).join(','),
    }),
    gateway: (port) => ({
      ...{ HOST: options.host, PORT: String(port), ...bus, POLLS_ADDRESS, VOTES_ADDRESS },
      REALTIME_ADDRESS: addresses('realtime'),
    }),
    votes: (port) => ({
      ...{ GRPC_PORT: String(port), DATABASE_URL: database('votes'), POLLS_ADDRESS },
      ...redis,
      ...kafka,
    }),
    polls: (port) => ({
      ...{ GRPC_PORT: String(port), DATABASE_URL: database('polls'), VOTES_ADDRESS },
      MANAGE_SECRET: options.secrets.manage,
      ...redis,
    }),
  }
}
