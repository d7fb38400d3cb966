import { urlForRole, type DatabaseRole } from '@votestream/postgres'
import type { ProcessSpec } from '../processes/supervised-process.js'
import { MESH_CONNECTIONS } from '../postgres/server-settings.js'
import { guardSpec } from '../postgres/guard-spec.js'
import { serverUrl } from '../postgres/server-url.js'
import { inRepository } from '../repository.js'
import type { Secrets } from '../state/secrets.js'
import { DATABASE } from './prepare-database.js'
import type { MeshPorts } from './mesh-ports.js'
import { inheritedEnv } from './inherited-env.js'

export interface MeshOptions {
  readonly state: string
  readonly ports: MeshPorts
  readonly secrets: Secrets
  readonly host: string
  readonly env: NodeJS.ProcessEnv
  readonly shutdownGraceMs: number
}

/** Beyond a service's own deadline: it should end by itself and say why. */
const STOP_MARGIN_MS = 2000
const LOOPBACK = '127.0.0.1'

export interface MeshProcesses {
  readonly postgres: ProcessSpec
  /** In the order of their stop: whoever owns votes or polls goes after those who ask for them. */
  readonly services: readonly ProcessSpec[]
}

/** The processes of the embedded mesh, and how they find each other. */
export function meshProcesses(options: MeshOptions): MeshProcesses {
  const { ports, env } = options
  const service = (name: string, opsPort: number, settings: NodeJS.ProcessEnv): ProcessSpec => ({
    name,
    script: inRepository(`services/${name}/dist/main.js`),
    args: [`--state=${options.state}`], // read by nobody: `ps` shows to which mesh a process belongs
    env: { ...inheritedEnv(env), HOST: LOOPBACK, OPS_PORT: String(opsPort), ...settings },
    readyUrl: `http://${LOOPBACK}:${opsPort}/readyz`,
    stopGraceMs: options.shutdownGraceMs + STOP_MARGIN_MS,
  })
  const database = (role: DatabaseRole): string =>
    urlForRole(serverUrl(ports.postgres, options.secrets), {
      role,
      password: options.secrets[role],
      database: DATABASE,
    })
  const POLLS_ADDRESS = `${LOOPBACK}:${ports.polls}`
  const VOTES_ADDRESS = `${LOOPBACK}:${ports.votes}`
  return {
    postgres: guardSpec({
      state: options.state,
      port: ports.postgres,
      maxConnections: MESH_CONNECTIONS,
      env: inheritedEnv(env),
    }),
    services: [
      // Stopped in this order: realtime says 1012 to its streams through the gateway's pipes.
      service('realtime', ports.realtimeOps, {
        PORT: String(ports.realtime),
        BUS_DATABASE_URL: database('bus'),
        // Streams reach it through the gateway, and those whom the gateway trusts.
        TRUSTED_PROXIES: [LOOPBACK, env.TRUSTED_PROXIES].filter(Boolean).join(','),
        POLLS_ADDRESS,
        VOTES_ADDRESS,
      }),
      service('gateway', ports.gatewayOps, {
        HOST: options.host,
        PORT: String(ports.gateway),
        REALTIME_ADDRESS: `${LOOPBACK}:${ports.realtime}`,
        BUS_DATABASE_URL: database('bus'),
        POLLS_ADDRESS,
        VOTES_ADDRESS,
      }),
      service('votes', ports.votesOps, {
        GRPC_PORT: String(ports.votes),
        DATABASE_URL: database('votes'),
        POLLS_ADDRESS,
      }),
      service('polls', ports.pollsOps, { GRPC_PORT: String(ports.polls), DATABASE_URL: database('polls') }),
    ],
  }
}
