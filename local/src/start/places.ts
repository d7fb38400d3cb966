import { join } from 'node:path'
import { SUPERUSER } from '../postgres/cluster.js'
import { engineAddresses } from './engines.js'
import { portOf, type MeshPorts } from './mesh-ports.js'
import { DATABASE } from './prepare-database.js'
import { replicaNames, type Replicas } from './replicas.js'
import type { LauncherSettings } from './settings.js'
import type { Place } from './welcome.js'

export interface PlacesOptions {
  readonly settings: LauncherSettings
  readonly ports: MeshPorts
  readonly replicas: Replicas
  readonly env: NodeJS.ProcessEnv
  readonly urlOf: (port: number) => string
}

/** Where a vote can be seen on its way, in the full way to run; and, in both, further public addresses. No passwords. */
export function placesToLook({ settings, ports, replicas, env, urlOf }: PlacesOptions): Place[] {
  const gateways = replicaNames('gateway', replicas).slice(1)
  const public_ = gateways.map((name) => ({
    name,
    address: urlOf(portOf(ports, name)),
    what: 'the same API',
  }))
  if (settings.engines === undefined) return public_
  const { kafkaBrokers, redisUrl } = engineAddresses(settings.engines, ports)
  return [
    {
      name: 'Kafka',
      address: kafkaBrokers,
      what: `topic ${settings.engines.kafkaTopic}: a record for each vote`,
    },
    {
      name: 'PostgreSQL',
      address: `postgres://${SUPERUSER}@127.0.0.1:${portOf(ports, 'postgres')}/${DATABASE}`,
      what: `table votes.votes: a row; the password is "superuser" in ${join(settings.state, 'secrets.json')}`,
    },
    {
      name: 'Redis',
      address: withoutPassword(redisUrl),
      what: `key ${env.REDIS_PREFIX ?? ''}results:<poll>: what is shown`,
    },
    ...watcher(ports),
    ...public_,
  ]
}

/** Nothing where no Prometheus is run. */
const watcher = ({ prometheus }: MeshPorts): Place[] =>
  prometheus === undefined
    ? []
    : [
        {
          name: 'Prometheus',
          address: `http://127.0.0.1:${prometheus}`,
          what: 'metrics of every process; /alerts: what an operator would be told',
        },
      ]

function withoutPassword(text: string): string {
  const url = new URL(text)
  url.password = ''
  return url.href
}
